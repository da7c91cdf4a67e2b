/** Crops, patches and decoded images. */
import { attr, intsAttr, stringAttr, type Value } from "@pare/ir";
import { exactDivDims } from "../dims.ts";
import type { GradientContext } from "../gradient/rule.ts";
import { inputShape, keeps, opaque } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { axisIndex, dtypeOf, tensorType, unknownDims } from "../value-types.ts";

/** Crops or pads around the centre to the sizes of the second input, on `axes` or on all. */
export const centerCropPad: OpSpec = {
  op: "onnx.CenterCropPad",
  gradient: centerCropPadGradient,
  roles: () => ["data", "param"],
  infer: ({ node, type, shape: shapeAt, ints }) => {
    const shape = shapeAt(0);
    const sizes = ints(1)?.elements;
    const axes = intsAttr(node, "axes") ?? shape?.map((_, axis) => axis) ?? [];
    const cut =
      shape && axes.reduce((all, axis, i) => all.with(axisIndex(axis, all.length) ?? 0, sizes?.[i]), [...shape]);
    return [tensorType(dtypeOf(type(0)), cut)];
  },
  axes: (node, shapeAt) => {
    const rank = inputShape(node, shapeAt, 0)?.length ?? 0;
    const cut = intsAttr(node, "axes")?.map((axis) => axisIndex(axis, rank));
    return Array.from({ length: rank }, (_, i) => (cut === undefined || cut.includes(i) ? opaque : keeps)(0, i, i));
  },
};

/** Cutting to a size around the centre and padding to one undo each other's shift. */
function centerCropPadGradient({ node, make, gradients, inputShape }: GradientContext): readonly (Value | undefined)[] {
  const shape = inputShape(0);
  const axes = intsAttr(node, "axes") ?? shape.map((_, axis) => axis);
  const sizes = make.ints(axes.map((axis) => shape.at(axis)!));
  return [make.op("CenterCropPad", [gradients[0], sizes], { axes: attr.ints(axes) })];
}

/** Columns [N, C·block, L] summed into images [N, C, …image_shape]. */
export const col2Im: OpSpec = {
  op: "onnx.Col2Im",
  roles: () => ["data", "param"],
  infer: ({ type, shape, ints }) => {
    const columns = shape(0);
    const image = ints(1)?.elements;
    const block = ints(2)?.elements;
    const rank = image?.length ?? shape(1)?.[0];
    if (typeof rank !== "number") return [tensorType(dtypeOf(type(0)), undefined)];
    const channels = block === undefined ? undefined : block.reduce(exactDivDims, columns?.[1]);
    return [tensorType(dtypeOf(type(0)), [columns?.[0], channels, ...(image ?? unknownDims(rank))])];
  },
  axes: (node, shapeAt) => {
    const output = node.outputs[0] && shapeAt(node.outputs[0]);
    const links = [keeps(0, 0, 0), opaque(0, 1, 1)];
    return [...links, ...(output ?? []).slice(2).map((_, i) => opaque(0, 2, i + 2))];
  },
};

/** The bytes of a file to an image [height, width, channels] of uint8. */
export const imageDecoder: OpSpec = {
  op: "onnx.ImageDecoder",
  infer: ({ node, fresh }) => {
    const channels = stringAttr(node, "pixel_format", "RGB") === "Grayscale" ? 1 : 3;
    return [tensorType("uint8", [fresh(), fresh(), channels])];
  },
};
