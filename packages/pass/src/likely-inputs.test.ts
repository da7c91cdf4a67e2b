import { parseModel } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { likelyInputs, likelySizes } from "./likely-inputs.ts";

/** The least and the largest element of the only input. */
function range(text: string): readonly [number, number] {
  const inputs = likelyInputs(parseModel(text), 1, likelySizes[0]!)!;
  const values = numbers([...inputs.values()][0]!);
  return [Math.min(...values), Math.max(...values)];
}

function expectBetween([low, high]: readonly [number, number], least: number, most: number): void {
  expect(low).toBeGreaterThanOrEqual(least);
  expect(high).toBeLessThanOrEqual(most);
  expect(high - low, "all of it").toBeGreaterThan(0.9 * (most - least));
}

describe("likelyInputs", () => {
  it("draws indices from the rows of the table, an offset taken off", () => {
    expectBetween(
      range("g (int64[N,S] ids) => (y) <float[50,4] t = random(1)> { c = Cast <to = 6> (ids) y = Gather (t, c) }"),
      0,
      49,
    );
    expectBetween(
      range(
        "g (int64[N,S] p) => (y) <float[50,4] t = random(1), int64 two = {2}> { q = Add (p, two) y = Gather (t, q) }",
      ),
      0,
      47,
    );
  });

  it("makes masks of ones, and of zeros where they are added", () => {
    expect(range("g (int64[N,S] attention_mask) => (y) { y = Cast <to = 1> (attention_mask) }")).toEqual([1, 1]);
    expect(range("g (int64[N,S] seen) => (y) <float one = {1}> { f = Cast <to = 1> (seen) y = Sub (one, f) }")).toEqual(
      [1, 1],
    );
    expect(range("g (float[N,S] mask) => (y) <float[1,128] s = random(1)> { y = Add (s, mask) }")).toEqual([0, 0]);
  });

  it("draws pixels where the graph divides by 255, takes means off, or takes bytes", () => {
    expectBetween(range("g (float[N,3,8,8] x) => (y) <float c = {255}> { y = Div (x, c) }"), 0, 255);
    expectBetween(range("g (float[N,3,8,8] x) => (y) <float[3,1,1] m = {104,117,124}> { y = Sub (x, m) }"), 0, 255);
    expectBetween(range("g (uint8[N,20,30,3] x) => (y) { y = Cast <to = 1> (x) }"), 0, 255);
    expectBetween(range("g (float[N,S] x) => (y) <float c = {32768}> { y = Div (x, c) }"), -32_768, 32_768);
  });

  it("draws what a quantization can express", () => {
    const text = `g (float[N,S] x) => (y) <float s = {0.5}, uint8 z = {100}> { y = QuantizeLinear (x, s, z) }`;
    expectBetween(range(text), -50, 77.5);
  });

  it("takes a number that the graph knows, and positive ones under a logarithm", () => {
    expect(range("g (int64 rate) => (y) <int64 k = {16000}> { y = Equal (rate, k) }")).toEqual([16_000, 16_000]);
    expectBetween(range("g (float[N,S] x) => (y) { y = Log (x) }"), 0.01, 1);
  });

  it("else draws normal numbers, of usual sizes, the same for the same seed", () => {
    const model = parseModel("g (float[batch,3,height,width] x) => (y) { y = Relu (x) }");
    const [x] = [...likelyInputs(model, 3, likelySizes[0]!)!.values()];
    expect(x!.shape).toEqual([1, 3, 224, 224]);
    const values = numbers(x!);
    expect(values.reduce((sum, value) => sum + value ** 2, 0) / values.length).toBeCloseTo(1, 1);
    expect(numbers([...likelyInputs(model, 3, likelySizes[0]!)!.values()][0]!)).toEqual(values);
  });
});
