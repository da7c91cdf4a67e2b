import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "../support/check-gradients.ts";

type Shape = readonly number[];
interface Target {
  readonly scales?: Shape;
  readonly sizes?: Shape;
}

/** The same input resized in several ways, an output each. */
const resized = (x: Shape, ways: readonly (readonly [attrs: string, target: Target])[]) => {
  const constants = ways.map(([, { scales, sizes }], i) =>
    scales
      ? `float[${scales.length}] t${i} = {${scales.map((scale) => (Number.isInteger(scale) ? `${scale}.0` : scale)).join()}}`
      : `int64[${sizes!.length}] t${i} = {${sizes!.join()}}`,
  );
  const nodes = ways.map(([attrs, { scales }], i) => `y${i} = Resize <${attrs}> (x, , ${scales ? "" : ", "}t${i})`);
  return `<ir_version: 10, opset_import: ["" : 21]> main (float[${x.join()}] x) => (${ways.map((_, i) => `y${i}`).join()})
    <${constants.join()}> { ${nodes.join(" ")} }`;
};

const coordinates = ["half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners", "half_pixel_symmetric"];
const roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];
const upAndDown = [
  [1, 1, 2, 3],
  [1, 1, 1.5, 0.6],
  [1, 1, 0.5, 1.3],
];

describe("Resize", () => {
  test.each(coordinates)("nearest, coordinates %s: every rounding, scales up and down", async (mode) => {
    const ways = roundings.flatMap((rounding) => {
      const attrs = `mode = "nearest", coordinate_transformation_mode = "${mode}", nearest_mode = "${rounding}"`;
      return upAndDown.map((scales) => [attrs, { scales }] as const);
    });
    await checkGradients({ text: resized([1, 2, 4, 5], ways) });
  });

  test.each(coordinates)("linear, coordinates %s", async (mode) => {
    const attrs = `mode = "linear", coordinate_transformation_mode = "${mode}"`;
    const targets = [...upAndDown.map((scales) => ({ scales })), { sizes: [1, 2, 7, 1] }];
    await checkGradients({
      text: resized(
        [1, 2, 4, 5],
        targets.map((target) => [attrs, target] as const),
      ),
    });
  });

  test("some axes, with one factor for all", async () => {
    const attrs = 'nearest_mode = "floor", coordinate_transformation_mode = "asymmetric"';
    const policies = ["stretch", "not_larger", "not_smaller"].map(
      (policy) => [`${attrs}, axes = [2, 3], keep_aspect_ratio_policy = "${policy}"`, { sizes: [7, 6] }] as const,
    );
    const text = resized([2, 1, 3, 4], [[`${attrs}, axes = [2, -1]`, { scales: [2, 1.5] }], ...policies]);
    await checkGradients({ text });
  });

  test("one and three axes", async () => {
    await checkGradients({ text: resized([2, 2, 5], [['mode = "nearest"', { scales: [1, 1, 1.7] }]]) });
    const three = [
      ['mode = "linear"', { scales: [1, 1, 2, 1.5, 2] }],
      ['mode = "nearest"', { scales: [1, 1, 2, 0.7, 3] }],
    ] as const;
    await checkGradients({ text: resized([1, 2, 2, 3, 2], three) });
  });

  test("random sizes", async () => {
    const random = seededRandom(5);
    const size = (most: number) => 1 + Math.floor(random() * most);
    const one = <T>(choices: readonly T[]) => choices[Math.floor(random() * choices.length)]!;
    for (let trial = 0; trial < 4; trial++) {
      const x = [size(2), size(2), size(6), size(6)];
      const ways = Array.from({ length: 8 }, () => {
        const attrs = `mode = "${one(["nearest", "linear"])}", coordinate_transformation_mode = "${one(coordinates)}"`;
        return [`${attrs}, nearest_mode = "${one(roundings)}"`, { sizes: [x[0]!, x[1]!, size(9), size(9)] }] as const;
      });
      const formulation = trial % 2 === 0 ? "cpu" : "portable";
      await checkGradients({ text: resized(x, ways), seed: trial, formulations: [formulation] });
    }
  });

  test("by hand: each element gets what its copies, or its share of neighbours, got", async () => {
    const twice = 'mode = "nearest", coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"';
    await checkGradientsAt({
      text: resized([1, 1, 1, 3], [[twice, { scales: [1, 1, 2, 2] }]]),
      at: { x: [1, 2, 3] },
      gives: { x: [4, 4, 4] },
    });
    // Corners aligned, 2 → 3: the middle is half of each.
    const aligned = 'mode = "linear", coordinate_transformation_mode = "align_corners"';
    await checkGradientsAt({
      text: resized([1, 1, 1, 2], [[aligned, { sizes: [1, 1, 1, 3] }]]),
      at: { x: [1, 2] },
      gives: { x: [1.5, 1.5] },
    });
  });

  test.each([
    ['mode = "cubic"', "the mode cubic has no gradient rule"],
    ['mode = "linear", antialias = 1', "it is antialiased"],
    [
      'mode = "linear", coordinate_transformation_mode = "tf_crop_and_resize"',
      "the coordinate mode tf_crop_and_resize has no gradient rule",
    ],
  ])("refused: %s", async (attrs, reason) => {
    const text = resized([1, 1, 4, 4], [[attrs, { sizes: [1, 1, 2, 2] }]]);
    await expect(checkGradients({ text, runtime: false })).rejects.toThrow(
      `TRAIN_GRADIENT at Resize "y0": cannot be differentiated: ${reason}`,
    );
  });
});
