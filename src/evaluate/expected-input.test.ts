import { parseModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { firstNodes, inputMistake, type ValueRange } from "./expected-input.ts";

/** A model whose body ends in a convolution of `z`. */
const model = (body: string, constants: string) =>
  parseModel(`main (float[1, 3, 8, 8] x) => (float[N, M, H, W] y)
<${constants}, float[1, 3, 1, 1] w = {1, 1, 1}>
{ ${body} y = Conv (z, w) }`);

const raw: ValueRange = { low: 0, high: 255, mean: 120, std: 64 };
const unit: ValueRange = { low: 0, high: 1, mean: 0.47, std: 0.25 };
const normalised: ValueRange = { low: -2.1, high: 2.6, mean: 0, std: 1 };

const scaled = model("z = Mul (x, k)", "float k = {0.00392}");
const divided = model("t = Transpose <perm = [0, 1, 2, 3]> (x) z = Div (t, k)", "float k = {127.5}");
const standardised = model(
  "a = Sub (x, m) z = Div (a, s)",
  "float[1, 3, 1, 1] m = {0.485, 0.456, 0.406}, float[1, 3, 1, 1] s = {0.229, 0.224, 0.225}",
);
const centred = model("z = Sub (x, m)", "float[3, 1, 1] m = {104, 117, 124}");
const enlarged = model("z = Mul (x, k)", "float k = {255}");
const normal = (mean: number, variance: number) =>
  model(
    "z = BatchNormalization (x, g, b, m, v)",
    `float[3] g = {1, 1, 1}, float[3] b = {0, 0, 0}, float[3] m = {${mean}, ${mean}, ${mean}}, float[3] v = {${variance}, ${variance}, ${variance}}`,
  );
const stored = (scale: number, zero: number) =>
  model("q = QuantizeLinear (x, s, o) z = DequantizeLinear (q, s, o)", `float s = {${scale}}, uint8 o = {${zero}}`);

describe("the first nodes tell", () => {
  it("factor and offset, the mean over channels", () => {
    expect(firstNodes(scaled, "x")).toEqual({
      kind: "affine",
      factor: expect.closeTo(0.00392),
      offset: 0,
      nodes: ["Mul"],
    });
    const found = firstNodes(standardised, "x");
    expect(found).toMatchObject({ kind: "affine", nodes: ["Sub", "Div"] });
    // 1 ÷ 0.226, and −0.449 ÷ 0.226.
    expect(found?.kind === "affine" && [found.factor, found.offset]).toEqual([
      expect.closeTo(4.425, 2),
      expect.closeTo(-1.987, 2),
    ]);
  });

  it("what a batch-norm saw, and what a quantizer keeps", () => {
    expect(firstNodes(normal(120, 3600), "x")).toEqual({ kind: "batch-norm", mean: 120, std: 60 });
    expect(firstNodes(stored(0.5, 128), "x")).toEqual({ kind: "quantize", low: -64, high: 63.5 });
  });

  it("nothing where a convolution comes first, the input has two uses, or the constant is an image", () => {
    expect(firstNodes(model("z = Identity (x)", "float k = {1}"), "x")).toBeUndefined();
    expect(firstNodes(model("a = Mul (x, k) z = Add (a, x)", "float k = {0.004}"), "x")).toBeUndefined();
    expect(firstNodes(model("z = Add (x, k)", "float[8] k = {1, 2, 3, 4, 5, 6, 7, 8}"), "x")).toBeUndefined();
  });
});

describe("a mistake is", () => {
  it.each([
    [
      "scaled twice",
      scaled,
      unit,
      "(Mul), and the data is 0 to 1: it seems to expect values from 0 to 255: set `scale: 1`",
    ],
    [
      "scaled twice, after a transpose",
      divided,
      normalised,
      "(Div), and the data is -2.1 to 2.6: it seems to expect values from 0 to 255",
    ],
    [
      "not scaled",
      standardised,
      raw,
      "(Sub, Div), and the data is 0 to 255: it seems to expect values from 0 to 1: set `scale: 1/255`",
    ],
    [
      "scaled, where the model only centres",
      centred,
      unit,
      "(Sub), and the data is 0 to 1: it seems to expect values from 0 to 255",
    ],
    ["not scaled, where the model makes 255 of 1", enlarged, raw, "it seems to expect values from 0 to 1"],
    [
      "scaled, where training was not",
      normal(120, 3600),
      unit,
      "trained on inputs with mean 120 and deviation 60, and the data is 0 to 1: it seems to expect values from 0 to 255",
    ],
    ["not scaled, where training was", normal(0.45, 0.0625), raw, "it seems to expect values from 0 to 1"],
    [
      "not scaled, where little is kept",
      stored(1 / 255, 0),
      raw,
      "the model stores its input as 0 to 1, and the data is 0 to 255: it seems to expect values from 0 to 1",
    ],
  ])("%s", (_, text, given, message) => {
    expect(inputMistake(firstNodes(text, "x")!, given)).toContain(message);
  });

  it.each([
    [scaled, raw],
    [divided, raw],
    [standardised, unit],
    [standardised, normalised],
    [centred, raw],
    [enlarged, unit],
    [normal(120, 3600), raw],
    [normal(0.45, 0.0625), normalised],
    [stored(1 / 255, 0), unit],
    [stored(0.0187, 114), normalised],
    [stored(0.0187, 114), unit],
  ])("not seen in what may be right: %#", (text, given) => {
    expect(inputMistake(firstNodes(text, "x")!, given)).toBeUndefined();
  });
});
