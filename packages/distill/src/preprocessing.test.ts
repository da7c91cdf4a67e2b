import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import type { ImageForm } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import { afterAll, expect, it } from "vitest";
import { type Preprocessing, takingImages } from "./preprocessing.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const student: ImageForm = {
  layout: "NCHW",
  order: "RGB",
  scale: 1 / 255,
  mean: [0.5, 0.4, 0.3],
  std: [0.2, 0.3, 0.4],
};
/** Of an image of two by four pixels, by row, column, colour. */
const byte = (row: number, column: number, colour: number) => ((row * 12 + column * 3 + colour) * 37) % 256;

/** The image as a model of this form takes it. */
function written({ layout, order, scale, mean, std }: ImageForm): Float32Array {
  const out = new Float32Array(24);
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 4; column++)
      for (let channel = 0; channel < 3; channel++) {
        const at = (values: readonly number[]) => values[values.length === 1 ? 0 : channel]!;
        const value = (byte(row, column, order === "RGB" ? channel : 2 - channel) * scale - at(mean)) / at(std);
        out[layout === "NCHW" ? channel * 8 + row * 4 + column : (row * 4 + column) * 3 + channel] = value;
      }
  return out;
}

it.each<[string, Preprocessing]>([
  ["other means and deviations", { mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }],
  ["one mean for all channels", { mean: [0.5], std: [0.25] }],
  ["bytes as they are", { scale: 1, mean: [0], std: [1] }],
  ["blue first", { order: "BGR", mean: [0.1, 0.2, 0.3], std: [1, 2, 3] }],
  ["channels last", { layout: "NHWC" }],
  ["all of it", { layout: "NHWC", order: "BGR", scale: 1 / 128, mean: [1, 2, 3], std: [3, 2, 1] }],
])("a teacher of %s sees what it was trained on", async (_, own) => {
  const sizes = own.layout === "NHWC" ? "N, 2, 4, 3" : "N, 3, 2, 4";
  const teacher = parseModel(`main (float[${sizes}] x) => (float[${sizes}] y) { y = Identity (x) }`);
  await using session = await engine.open(takingImages("teacher", teacher, own, student));
  const inputs = new Map([["x", tensorOf("float32", [1, 3, 2, 4], written(student))]]);
  const seen = numbers((await session.run(inputs)).get("y")!);
  const expected = written({ ...student, ...own } as ImageForm);
  for (const [i, value] of seen.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
});

it("is for teachers of images", () => {
  const teacher = parseModel("main (float[N, 8] x) => (float[N, 8] y) { y = Identity (x) }");
  expect(() => takingImages("t.onnx", teacher, { mean: [0] }, student)).toThrow(
    /^TRAIN_TEACHER at preprocessing of t.onnx: .*expected one input of four axes, got x \[N, 8\]/,
  );
});
