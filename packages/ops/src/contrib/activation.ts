/** Activations of ONNX Runtime: the type that comes in goes out; a bias lies along the last axis. */
import type { Dim, OpName } from "@pare/ir";
import { floorDivDims } from "../dims.ts";
import { broadcastLinks } from "../links.ts";
import { inputShape, keeps, opaque, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { fusedActivationGradients } from "./activation-gradients.ts";

function activation(op: OpName): OpSpec {
  return {
    op,
    ...(fusedActivationGradients[op] && { gradient: fusedActivationGradients[op] }),
    roles: () => ["data", "bias", "data"],
    axes: (node, shape) => broadcastLinks(node, shape, [...node.inputs.keys()]),
    infer: sameAs(0),
  };
}

export const microsoftGelu = activation("com.microsoft.Gelu");
export const fastGelu = activation("com.microsoft.FastGelu");
export const quickGelu = activation("com.microsoft.QuickGelu");
export const biasGelu = activation("com.microsoft.BiasGelu");
/** X + bias + skip. */
export const biasAdd = activation("com.microsoft.BiasAdd");

/** Adds a bias, then softmax along `axis`. */
export const biasSoftmax: OpSpec = {
  op: "com.microsoft.BiasSoftmax",
  roles: () => ["data", "data"],
  axes: (node, shape) => broadcastLinks(node, shape, [0]),
  infer: sameAs(0),
};

/** The first half of the last axis times the Gelu of the second: [N, S, D] → [N, S, D/2]. */
export const biasSplitGelu: OpSpec = {
  op: "com.microsoft.BiasSplitGelu",
  roles: () => ["data", "bias"],
  axes: (node, shape) => {
    const rank = inputShape(node, shape, 0)?.length ?? 0;
    const leading = Array.from({ length: Math.max(rank - 1, 0) }, (_, axis) => keeps(0, axis, axis));
    return rank === 0 ? [] : [...leading, opaque(0, rank - 1, rank - 1), opaque(1, 0, rank - 1)];
  },
  infer: ({ type, shape }) => {
    const dims = shape(0);
    const halved: readonly Dim[] | undefined = dims && [...dims.slice(0, -1), floorDivDims(dims.at(-1), 2)];
    return [tensorType(dtypeOf(type(0)), halved)];
  },
};
