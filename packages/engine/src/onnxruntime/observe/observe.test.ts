import { parseModel } from "@pare/ir";
import type { Observation, Statistics } from "@pare/pass";
import { tensorOf } from "@pare/tensor";
import { afterAll, expect, it } from "vitest";
import { createOnnxRuntimeEngine } from "../engine.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const model = "main (float[N, 2] x) => (float[N, 2] y) { y = Neg (x) }";

/** Batches of rows of two. */
async function observe(
  batches: readonly (readonly number[])[],
  wanted: Omit<Observation, "value">,
  { text = model, value = "y", pad = 0 } = {},
): Promise<Statistics> {
  await using session = await engine.open(parseModel(text));
  for (const rows of batches) {
    const batch = rows.length / 2;
    const inputs = new Map([["x", tensorOf("float32", [batch, 2], rows)]]);
    await session.observe(inputs, [{ value, ...wanted }], { batch, count: batch - pad });
  }
  return (await session.observed()).get(value)!;
}

it("folds outputs and inputs sample by sample", async () => {
  // Negated: (−1, 2), (3, −5), (0, 4).
  const rows = [1, -2, -3, 5, 0, -4];
  const found = await observe([rows.slice(0, 4), rows.slice(4)], {});
  expect(found).toEqual({
    samples: 3,
    elements: 6,
    nonFinite: 0,
    min: -5,
    max: 4,
    mean: 3 / 6,
    rms: Math.sqrt((1 + 4 + 9 + 25 + 0 + 16) / 6),
    meanMin: (-1 - 5 + 0) / 3,
    meanMax: (2 + 3 + 4) / 3,
    // −1, then 0.99 · −1 + 0.01 · −5 = −1.04, then 0.99 · −1.04 + 0.01 · 0 = −1.0296.
    movingMin: expect.closeTo(-1.0296, 12),
    movingMax: expect.closeTo(0.99 * (0.99 * 2 + 0.01 * 3) + 0.01 * 4, 12),
    histogram: undefined,
    channels: undefined,
  });
  expect(await observe([rows], {}, { value: "x" })).toMatchObject({ min: -4, max: 5, samples: 3 });
});

it("has the same bits however the samples are batched, and leaves out what fills a batch up", async () => {
  const rows = Array.from({ length: 64 }, (_, i) => Math.sin(i * i) * 1.7 ** (i % 23));
  const wanted = { histogram: true, channels: 1 };
  const whole = await observe([rows], wanted);
  const singles = Array.from({ length: 32 }, (_, i) => rows.slice(2 * i, 2 * i + 2));
  expect(await observe(singles, wanted)).toEqual(whole);
  expect(await observe([[...rows, 1e9, -1e9]], wanted, { pad: 1 })).toEqual(whole);
});

it("takes values whose shape the data decide", async () => {
  const text = `main (float[N, 2] x) => (float[M] y) <float zero = {0}, int64[1] all = {-1}> {
    keep = Greater (x, zero) flat = Reshape (keep, all) y = Compress (x, flat)
  }`;
  const batches = [
    [1, -2, 3, 4],
    [5, 6, 7, 8],
    [-1, 2, -3, -4],
  ];
  expect(await observe(batches, {}, { text })).toMatchObject({ elements: 8, min: 1, max: 8, mean: 36 / 8 });
});

it("writes over large results of the run before, but not where the data decide a shape", async () => {
  const text = `main (float[N, 2] x) => (float[N, 40000] y, float[M, 40000] z)
    <int64[2] tiles = {1, 20000}, float zero = {0}> {
    y = Tile (x, tiles) first = ReduceMax <axes = [1], keepdims = 0> (x) keep = Greater (first, zero)
    z = Compress <axis = 0> (y, keep)
  }`;
  const batches = [
    [1, 2, -3, -4],
    [5, 6, 7, 8],
    [-9, 1, 2, -10],
  ];
  expect(await observe(batches, {}, { text })).toMatchObject({ samples: 6, elements: 240_000, min: -10, max: 8 });
  expect(await observe(batches, {}, { text, value: "z" })).toMatchObject({ elements: 200_000, min: -10, max: 8 });
});

it("counts by bins that widen without moving a value", async () => {
  const { histogram } = (await observe(
    [
      [0.5, -0.5],
      [-3, 0],
    ],
    { histogram: true },
  ))!;
  // The largest is 3: 2^13 bins of 2^−10 reach from −4 up to 4, of 2^−11 only up to 2.
  expect(histogram!.width).toBe(2 ** -10);
  const filled = [...histogram!.counts.entries()].filter(([, count]) => count > 0);
  const bin = (value: number) => 2 ** 12 + value / 2 ** -10;
  expect(filled).toEqual([
    [bin(-0.5), 1],
    [bin(0), 1],
    [bin(0.5), 1],
    [bin(3), 1],
  ]);
});

it("reaches the ends: a power of two above needs a bin of its own, one below has the first", async () => {
  expect((await observe([[-4, 0]], { histogram: true })).histogram!.width).toBe(2 ** -9);
  expect((await observe([[4, 0]], { histogram: true })).histogram!.width).toBe(2 ** -10);
});

it("counts zeros whose width is not known yet, and nothing but zeros", async () => {
  const batches = [
    [0, 0],
    [0, -1],
  ];
  const { histogram } = await observe(batches, { histogram: true });
  expect(histogram!.counts[2 ** 12]).toBe(3);
  const zeros = (await observe([[0, 0]], { histogram: true })).histogram!;
  expect([zeros.width, zeros.counts[2 ** 12]]).toEqual([1, 2]);
});

it("counts what is not finite and leaves it out of everything else", async () => {
  const found = await observe([[1, Number.NaN, Number.NEGATIVE_INFINITY, 3]], { histogram: true, channels: -1 });
  expect(found).toMatchObject({ elements: 4, nonFinite: 2, min: -3, max: -1, mean: -2, meanMin: -2 });
  expect([...found.channels!.mean]).toEqual([-1, -3]);
  expect(found.histogram!.counts.reduce((sum, count) => sum + count)).toBe(2);
  const none = await observe([[Number.NaN, Number.NaN]], { histogram: true });
  expect(none).toMatchObject({ nonFinite: 2, min: 0, max: 0, mean: 0, meanMin: 0, histogram: undefined });
});

it("finds the means and ends of channels", async () => {
  const text = `main (float[N, 2] x) => (float[N, 2, 1, 2] y) <int64[4] s = {-1, 2, 1, 2}> {
    t = Concat <axis = 1> (x, x) y = Reshape (t, s) }`;
  const { channels } = await observe([[1, 3, -2, 0]], { channels: 1 }, { text });
  expect(channels).toEqual({
    axis: 1,
    mean: Float64Array.of(0.5, 0.5),
    min: Float64Array.of(-2, -2),
    max: Float64Array.of(3, 3),
  });
});

it("takes a value that has no part for each sample as one", async () => {
  const text = "main (float[N, 2] x) => (float y) { y = ReduceMax <keepdims = 0> (x) }";
  expect(await observe([[1, 2, 3, 4]], {}, { text })).toMatchObject({ samples: 1, elements: 1, max: 4 });
});

it("refuses what is no float, is not there, or has no such axis", async () => {
  const text = "main (float[N, 2] x) => (int64[N, 2] y) { y = Cast <to = 7> (x) }";
  await expect(observe([[1, 2]], {}, { text })).rejects.toThrow("value y has element type int64, which is no float");
  await expect(observe([[1, 2]], {}, { value: "z" })).rejects.toThrow("ENGINE_OUTPUT");
  await expect(observe([[1, 2]], { channels: 2 })).rejects.toThrow("of shape [1, 2] cannot be observed along axis 2");
});

it("has the same bits for one thread and two", async () => {
  const text = `main (float[N, 8, 16, 16] x) => (float[N, 16, 14, 14] z) <float[16, 8, 3, 3] w = random(1)> {
    y = Conv (x, w) z = Relu (y) }`;
  const image = tensorOf(
    "float32",
    [4, 8, 16, 16],
    Float32Array.from({ length: 4 * 8 * 256 }, (_, i) => Math.sin(i * i)),
  );
  const found = [];
  for (const threads of [1, 2]) {
    await using session = await engine.open(parseModel(text), { threads });
    await session.observe(new Map([["x", image]]), [{ value: "z", histogram: true, channels: 1 }], { batch: 4 });
    found.push(await session.observed());
  }
  expect(found[0]).toEqual(found[1]);
  expect(found[0]!.get("z")!.elements).toBe(4 * 16 * 14 * 14);
});
