/** Blocks of pixels to channels and back. Axes: [N, C, H, W]. */
import { intAttr, type Node, stringAttr } from "@pare/ir";
import { exactDivDims, floorDivDims, mulDims } from "../dims.ts";
import { type AxesRule, inputShape, keeps, opaque } from "../rules.ts";
import type { AxisLink, OpSpec } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";
import { depthToSpaceGradient, spaceToDepthGradient } from "./layout-gradients.ts";

function blockOf(node: Node): number {
  return intAttr(node, "blocksize", 1);
}

const spatial = (times: number): AxisLink[] => [
  keeps(0, 0, 0),
  keeps(0, 2, 2, 0, { kind: "repeat", times }),
  keeps(0, 3, 3, 0, { kind: "repeat", times }),
];

/** DCR: channel k·C' + c goes to c; CRD: channel c·b² + k. */
const depthAxes: AxesRule = (node, shapeAt) => {
  const block = blockOf(node);
  const channels = exactDivDims(inputShape(node, shapeAt, 0)?.[1], block * block);
  if (stringAttr(node, "mode", "DCR") === "CRD")
    return [...spatial(block), keeps(0, 1, 1, 0, { kind: "repeat", times: block * block })];
  const known = typeof channels === "number";
  return [...spatial(block), known ? keeps(0, 1, 1, 0, { kind: "blocks", size: channels }) : opaque(0, 1, 1)];
};

export const depthToSpace: OpSpec = {
  op: "onnx.DepthToSpace",
  gradient: depthToSpaceGradient,
  infer: ({ node, type, shape }) => {
    const block = blockOf(node);
    const [n, c, h, w] = shape(0) ?? [];
    const channels = exactDivDims(c, block * block) ?? floorDivDims(c, block * block);
    return [tensorType(dtypeOf(type(0)), [n, channels, mulDims(h, block), mulDims(w, block)])];
  },
  axes: depthAxes,
};

export const spaceToDepth: OpSpec = {
  op: "onnx.SpaceToDepth",
  gradient: spaceToDepthGradient,
  infer: ({ node, type, shape }) => {
    const block = blockOf(node);
    const [n, c, h, w] = shape(0) ?? [];
    return [
      tensorType(dtypeOf(type(0)), [n, mulDims(c, block * block), floorDivDims(h, block), floorDivDims(w, block)]),
    ];
  },
  axes: (node, shapeAt) => {
    const channels = inputShape(node, shapeAt, 0)?.[1];
    const known = typeof channels === "number";
    return [...spatial(blockOf(node)), known ? keeps(0, 1, 1, 0, { kind: "blocks", size: channels }) : opaque(0, 1, 1)];
  },
};
