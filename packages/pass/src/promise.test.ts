import { parseModel } from "@pare/ir";
import { type Tensor, tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { brokenPromise, checkPromise, probeModel, relativeDifference } from "./promise.ts";

const floats = (...values: number[]) => tensorOf("float32", [values.length], values);
const named = (tensor: Tensor) => new Map([["y", tensor]]);

describe("brokenPromise", () => {
  it.each([
    ["exact", floats(1, 2), floats(1, 2), undefined],
    ["exact", floats(0), floats(-0), 'output "y" changed'],
    ["rounding", floats(0), floats(-0), undefined],
    ["rounding", floats(1000, 1), floats(1000, 1.009), undefined],
    [
      "rounding",
      floats(1000, 1),
      floats(1000, 1.02),
      'output "y" moved by 0.000020 of its largest value (limit 0.00001)',
    ],
    ["rounding", floats(1, Number.NaN), floats(1, Number.NaN), undefined],
    [
      "rounding",
      floats(1, Number.NaN),
      floats(1, 2),
      'output "y" moved by Infinity of its largest value (limit 0.00001)',
    ],
    ["rounding", floats(Number.POSITIVE_INFINITY), floats(Number.POSITIVE_INFINITY), undefined],
    ["rounding", tensorOf("int64", [1], [1]), tensorOf("int64", [1], [2]), 'output "y" changed'],
    ["rounding", floats(1), tensorOf("float32", [1, 1], [1]), 'output "y" went from float32[1] to float32[1, 1]'],
    ["lossy", floats(1), floats(5), undefined],
  ] as const)("%s: %o and %o", (promised, before, after, problem) => {
    expect(brokenPromise(promised, named(before), named(after))).toBe(problem);
  });

  it("misses an output that is gone", () => {
    expect(brokenPromise("lossy", named(floats(1)), new Map())).toBe('output "y" is gone');
  });

  it("allows what the model does by itself", () => {
    expect(brokenPromise("rounding", named(floats(1)), named(floats(1.001)), 0.002)).toBeUndefined();
  });
});

it("does not count what is lost below the smallest normal number", () => {
  expect(relativeDifference(floats(3e-44), floats(4e-44))).toBe(0);
  expect(relativeDifference(floats(0), floats(1e-30))).toBe(Number.POSITIVE_INFINITY);
});

/** A runtime for models that give back their input, moved by `by`. */
const moving = (by: number) => ({
  seed: 1,
  run: async (_: unknown, cases: readonly ReadonlyMap<string, Tensor>[]) =>
    cases.map((inputs) => {
      const x = inputs.get("x")!;
      const moved = new Float32Array(x.source.read(0, x.source.size).slice().buffer).map((each) => each + by);
      return new Map([["y", tensorOf("float32", x.shape, moved)]]);
    }),
});

it("probes with zeros, extremes and three seeds, and holds the model to it", async () => {
  const model = parseModel("g (float[N,3] x) => (y) { y = Identity (x) }");
  const probe = await probeModel(model, moving(0));
  if (typeof probe === "string") throw new Error(probe);
  expect(probe.cases.map(({ name }) => name)).toEqual(["zeros", "extremes", "seed 1", "seed 2", "seed 3"]);
  const pass = { name: "test/move", promise: "rounding" } as const;
  await checkPromise(pass, probe, model, moving(1e-8)).catch((error) => expect(String(error)).toContain("zeros"));
  await expect(checkPromise(pass, probe, model, moving(0.5))).rejects.toThrow(
    'PASS_PROMISE at test/move: promised rounding-level change, but output "y" moved by Infinity of its largest value (limit 0.00001) (zeros). The graph was restored.',
  );
});

it("says why a model cannot be compared", async () => {
  const random = parseModel("g (float[3] x) => (y) { y = RandomNormalLike (x) }");
  expect(await probeModel(random, moving(0))).toBe("RandomNormalLike gives other numbers in every run");
  const unknown = parseModel("g (x) => (y) { y = Neg (x) }");
  expect(await probeModel(unknown, moving(0))).toBe("its inputs are not tensors of known type");
});
