import { parseModel, type Value } from "@pare/ir";
import type { Observation, PassData, Statistics } from "@pare/pass";
import { expect, it } from "vitest";
import type { ActivationPoint } from "../contract.ts";
import { calibrate } from "./calibrate.ts";

const model = parseModel("main (float[N] x) => (float[N] z) { y = Relu (x) z = Neg (y) }");
const value = (name: string): Value => model.graph.value(name)!;

const seen = (min: number, max: number, nonFinite = 0): Statistics => ({
  ...{ samples: 2, elements: 8, nonFinite, min, max, mean: 0, rms: 1 },
  ...{ meanMin: min, meanMax: max, movingMin: min, movingMax: max, histogram: undefined, channels: undefined },
});

function point(observe: readonly string[], rest: Partial<ActivationPoint> = {}): ActivationPoint {
  const values = observe.map(value);
  const spec = { type: "uint8", symmetric: false } as const;
  return { values, observe: values, fixed: undefined, limits: undefined, spec, ...rest };
}

/** Data whose statistics are these; what was asked for goes to `asked`. */
function dataOf(statistics: Readonly<Record<string, Statistics>>, asked: Observation[] = [], samples = 2): PassData {
  return {
    calibrationSamples: samples,
    validationSamples: 0,
    batches: async function* () {},
    manyAtOnce: async (each) => each,
    observe: async (_, observations) => {
      asked.push(...observations);
      return new Map(observations.map((each) => [each.value, statistics[each.value]!]));
    },
    judge: async () => [],
  };
}

it("observes what has no range yet, once, with a histogram only where the method needs it", async () => {
  const points = [point(["x"]), point(["x", "y"]), point(["z"], { fixed: { min: 0, max: 1 } })];
  const statistics = { x: seen(-1, 2), y: seen(0, 3) };
  const asked: Observation[] = [];
  const { ranges } = await calibrate(model, points, {}, { data: dataOf(statistics, asked) });
  expect(points.map((each) => ranges.get(each))).toEqual([
    { min: -1, max: 2 },
    { min: -1, max: 3 },
    { min: 0, max: 1 },
  ]);
  expect(asked).toEqual([
    { value: "x", histogram: false },
    { value: "y", histogram: false },
  ]);
  const counted: Observation[] = [];
  await calibrate(model, points, { calibrate: "mse" }, { data: dataOf(statistics, counted) });
  expect(counted.map(({ histogram }) => histogram)).toEqual([true, true]);
});

it("cuts to the limits of a folded Clip", async () => {
  const points = [
    point(["x"], { limits: { min: 0, max: 6 } }),
    point(["y"], { limits: { min: 0, max: Number.POSITIVE_INFINITY } }),
  ];
  const { ranges } = await calibrate(model, points, {}, { data: dataOf({ x: seen(-1, 20), y: seen(-5, -2) }) });
  expect([...ranges.values()]).toEqual([
    { min: 0, max: 6 },
    { min: 0, max: 0 },
  ]);
});

it("names values that are NaN or infinite on the data", async () => {
  const { notes } = await calibrate(model, [point(["x"])], {}, { data: dataOf({ x: seen(-1, 2, 3) }) });
  expect(notes).toEqual([
    { kind: "info", text: "ranges of 1 values by minmax over 2 samples" },
    expect.objectContaining({ text: expect.stringMatching(/^NaN or infinity/), subjects: ["x (3 of 8)"] }),
  ]);
});

it("needs samples, but only where something has to be observed", async () => {
  await expect(calibrate(model, [point(["x"])], {}, {})).rejects.toThrow("QUANTIZE_DATA at calibration");
  await expect(calibrate(model, [point(["x"])], {}, { data: dataOf({}, [], 0) })).rejects.toThrow(
    "QUANTIZE_DATA: the calibration data has no samples",
  );
  const fixed = point(["x"], { fixed: { min: 0, max: 1 } });
  expect((await calibrate(model, [fixed], {}, {})).ranges.get(fixed)).toEqual({ min: 0, max: 1 });
});
