import { attr, cloneModel, type Edit, type Model, type Value } from "@pare/ir";
import { shapeOf } from "@pare/ops";
import { type ImageForm, requiredInputs } from "@pare/pass";
import { tensorOf } from "@pare/tensor";
import * as z from "zod";
import { preprocessingError } from "./errors.ts";

export const preprocessing = z
  .strictObject({
    layout: z.enum(["NCHW", "NHWC"]).optional(),
    order: z.enum(["RGB", "BGR"]).optional(),
    scale: z.number().positive().optional(),
    mean: z.array(z.number()).min(1).optional(),
    std: z.array(z.number().positive()).min(1).optional(),
  })
  .describe(
    "What images the teacher was trained on, where that differs from `data: { input }`: layout, order, scale, mean and std " +
      "as there. Default: the same.",
  );

export type Preprocessing = z.output<typeof preprocessing>;

/**
 * A copy of a teacher that takes images as the student does: (p·s − m) ÷ d of each channel becomes (p·s′ − m′) ÷ d′ in front
 * of its first layer, and axes and colours are put in its order.
 * @throws TRAIN_TEACHER where it has not one input of four axes, or values for another number of channels
 */
export function takingImages(name: string, teacher: Model, own: Preprocessing, given: ImageForm): Model {
  const model = cloneModel(teacher);
  const inputs = requiredInputs(model);
  const [input] = inputs;
  const shape = shapeOf(input?.type);
  if (input === undefined || inputs.length > 1 || shape?.length !== 4)
    throw preprocessingError(name, "one input of four axes", inputs.map(typeText).join(", "));
  const { layout = given.layout, order = given.order, scale = given.scale, mean = given.mean, std = given.std } = own;
  const wanted = { layout, order, scale, mean, std };
  const channels = shape[wanted.layout === "NCHW" ? 1 : 3];
  if (typeof channels !== "number") throw preprocessingError(name, "a number of channels", typeText(input));
  const line = lineOf(name, channels, wanted, given);
  model.graph.edit("input", (edit) => {
    const uses = [...input.uses];
    let value: Value = input;
    if (wanted.order !== given.order && channels === 3) value = reversed(edit, value, given.layout);
    if (wanted.layout !== given.layout) value = transposed(edit, value, given.layout);
    for (const [op, factors] of [
      ["onnx.Mul", line.factor],
      ["onnx.Add", line.offset],
    ] as const) {
      const sizes = wanted.layout === "NCHW" ? [channels, 1, 1] : [channels];
      const constant = edit.constant(`teacher/${op}`, tensorOf("float32", sizes, factors));
      value = edit.node(op, [value, constant]).outputs[0]!;
    }
    for (const use of uses) edit.rewire(use, value);
    const [n = "N", ...rest] = shape;
    const [a, b, c] = rest;
    const asGiven = wanted.layout === given.layout ? rest : given.layout === "NHWC" ? [b!, c!, a!] : [c!, a!, b!];
    edit.retype(input, { kind: "tensor", dtype: "float32", shape: [n, ...asGiven] });
  });
  return model;
}

/** By channel, in the teacher's order: its input is factor · the student's + offset. */
function lineOf(name: string, channels: number, wanted: ImageForm, given: ImageForm) {
  const of = (values: readonly number[], channel: number) => {
    if (values.length !== 1 && values.length !== channels)
      throw preprocessingError(name, `one value, or one for each of ${channels} channels`, `${values.length} values`);
    return values[values.length === 1 ? 0 : channel]!;
  };
  const isReversed = wanted.order !== given.order && channels === 3;
  const scale = wanted.scale / given.scale;
  const places = Array.from({ length: channels }, (_, channel) => {
    const theirs = isReversed ? channels - 1 - channel : channel;
    return { own: channel, theirs };
  });
  return {
    factor: places.map(({ own, theirs }) => (scale * of(given.std, theirs)) / of(wanted.std, own)),
    offset: places.map(
      ({ own, theirs }) => (scale * of(given.mean, theirs) - of(wanted.mean, own)) / of(wanted.std, own),
    ),
  };
}

function reversed(edit: Edit, value: Value, layout: ImageForm["layout"]): Value {
  const order = edit.constant("teacher/order", tensorOf("int64", [3], [2, 1, 0]));
  const axis = attr.int(layout === "NCHW" ? 1 : 3);
  return edit.node("onnx.Gather", [value, order], { attrs: new Map([["axis", axis]]) }).outputs[0]!;
}

function transposed(edit: Edit, value: Value, from: ImageForm["layout"]): Value {
  const perm = attr.ints(from === "NCHW" ? [0, 2, 3, 1] : [0, 3, 1, 2]);
  return edit.node("onnx.Transpose", [value], { attrs: new Map([["perm", perm]]) }).outputs[0]!;
}

function typeText({ name, type }: Value): string {
  return `${name} [${(shapeOf(type) ?? []).join(", ")}]`;
}
