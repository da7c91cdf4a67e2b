/** Operators that only arrange elements: the gradient is arranged back, and summed where an element went to several places. */
import { attr, intAttr, stringAttr } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { zeros } from "../gradient/add-rows.ts";
import { formulas } from "../gradient/formulas.ts";
import type { GradientRule } from "../gradient/rule.ts";
import { splitApart } from "../gradient/split-apart.ts";
import { sumTo } from "../gradient/sum-to.ts";
import { axisIndex } from "../value-types.ts";
import { permutationOf } from "./permutation.ts";

/** Reshape, Flatten, Squeeze, Unsqueeze: the elements keep their order. */
export const reshapeGradient: GradientRule = (context) => [
  formulas(context.make).reshape(context.gradients[0]!, context.inputShape(0)),
];

export const transposeGradient: GradientRule = (context) => {
  const order = permutationOf(context.node, context.inputShape(0).length);
  const back = order.map((_, axis) => order.indexOf(axis));
  return [context.make.op("Transpose", [context.gradients[0]], { perm: attr.ints(back) })];
};

export const expandGradient: GradientRule = (context) => [
  sumTo(context.make, context.gradients[0]!, context.outputShape(0), context.inputShape(0)),
];

/** [2, 3] tiled by [4, 5] is [4, 2, 5, 3] flattened. */
export const tileGradient: GradientRule = (context) => {
  const shape = context.inputShape(0);
  const f = formulas(context.make);
  if (elementCount(shape) === 0) return [zeros(context.make, shape)];
  const repeats = context.outputShape(0).map((size, axis) => size / shape[axis]!);
  const both = f.reshape(
    context.gradients[0]!,
    shape.flatMap((size, axis) => [repeats[axis]!, size]),
  );
  return [
    f.reshape(
      f.sum(
        both,
        shape.map((_, axis) => 2 * axis),
      ),
      shape,
    ),
  ];
};

export const concatGradient: GradientRule = (context) => {
  const { node, make, formulation } = context;
  const axis = axisIndex(intAttr(node, "axis", 1), context.outputShape(0).length)!;
  const sizes = node.inputs.map((_, slot) => context.inputShape(slot)[axis]!);
  const parts = splitApart(make, context.gradients[0]!, { sizes, axis, formulation });
  return parts.map((part, slot) => (context.needs(slot) ? part : undefined));
};

/** Outputs that the loss does not depend on have a gradient of zeros. */
export const splitGradient: GradientRule = (context) => {
  const { node, make, gradients } = context;
  const axis = axisIndex(intAttr(node, "axis", 0), context.inputShape(0).length)!;
  const parts = node.outputs.map((_, slot) => gradients[slot] ?? zeros(make, context.outputShape(slot)));
  return [make.op("Concat", parts, { axis: attr.int(axis) })];
};

/** The two undo each other; what SpaceToDepth does not know of is `CRD`, whose channels come before the blocks. */
export const depthToSpaceGradient: GradientRule = (context) => {
  const { node, make } = context;
  const dy = context.gradients[0]!;
  const block = intAttr(node, "blocksize", 1);
  if (stringAttr(node, "mode", "DCR") === "DCR") return [make.op("SpaceToDepth", [dy], { blocksize: attr.int(block) })];
  const [n, channels, height, width] = context.inputShape(0) as [number, number, number, number];
  const f = formulas(make);
  const blocks = f.reshape(dy, [n, channels / block ** 2, height, block, width, block]);
  const back = make.op("Transpose", [blocks], { perm: attr.ints([0, 1, 3, 5, 2, 4]) });
  return [f.reshape(back, [n, channels, height, width])];
};

export const spaceToDepthGradient: GradientRule = ({ node, make, gradients }) => [
  make.op("DepthToSpace", [gradients[0]], { blocksize: attr.int(intAttr(node, "blocksize", 1)) }),
];

/** What was set to zero has no slope. */
export const triluGradient: GradientRule = ({ node, make, gradients }) => [
  make.op("Trilu", [gradients[0], node.inputs[1]], { upper: attr.int(intAttr(node, "upper", 1)) }),
];

/** Turned round twice is as it was. */
export const reverseSequenceGradient: GradientRule = ({ node, make, gradients }) => [
  make.op("ReverseSequence", [gradients[0], node.inputs[1]], {
    batch_axis: attr.int(intAttr(node, "batch_axis", 1)),
    time_axis: attr.int(intAttr(node, "time_axis", 0)),
  }),
];
