import { maxDims, minDims } from "../dims.ts";
import { mapKnown, singleOf } from "../known.ts";
import { keepsAll, sameAs } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { clipGradient } from "./clip-gradient.ts";

/** Limits are attributes up to opset 10, inputs since. */
export const clip: OpSpec = {
  op: "onnx.Clip",
  roles: () => ["data", "param"],
  infer: sameAs(0),
  axes: keepsAll(),
  gradient: clipGradient,
  propagate: ({ node, ints }) => {
    const bounded = (slot: number) => node.inputs[slot] !== undefined;
    if (node.attrs.has("min") || node.attrs.has("max")) return [];
    const low = singleOf(ints(1));
    const high = singleOf(ints(2));
    return [
      mapKnown(ints(0), (x) => {
        const raised = bounded(1) ? maxDims(x, low) : x;
        return bounded(2) ? minDims(raised, high) : raised;
      }),
    ];
  },
};
