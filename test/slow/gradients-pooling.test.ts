import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "../support/check-gradients.ts";

type Sizes = readonly number[];

const model = (x: Sizes, node: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (float[${x.join()}] x) => (y) { y = ${node} }`;
const list = (name: string, values: Sizes) => `${name} = [${values.join()}]`;

/** Distinct elements: no ties, whatever the window. */
const distinct = () => {
  let next = 0;
  return () => (((next++ * 37) % 101) - 50) / 10;
};

function windowAttrs(seed: number, sizes: Sizes, op: string): string {
  const random = seededRandom(seed);
  const from = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const kernel = sizes.map((size) => from(1, Math.min(3, size)));
  const ceil = from(0, 1);
  const auto = ["", "", "SAME_UPPER", "SAME_LOWER", "VALID"][from(0, 4)]!;
  const isSame = auto.startsWith("SAME");
  // ONNX Runtime has no dilation with SAME; a dilated window must fit.
  const dilations = kernel.map((size, i) => (!isSame && 2 * (size - 1) + 1 <= sizes[i]! ? from(1, 2) : 1));
  // Each window has at least one element that is no padding.
  const pads = [0, 1].flatMap(() => kernel.map((size) => from(0, Math.max(0, size - 1))));
  const padding = auto === "" ? list("pads", pads) : `auto_pad = "${auto}"`;
  // ONNX Runtime refuses a MaxPool with SAME whose windows leave something out.
  const strides = kernel.map((size) => from(1, isSame ? size : 3));
  const counts = op === "AveragePool" ? `, count_include_pad = ${from(0, 1)}` : "";
  // SAME and ceil_mode contradict each other, and ONNX Runtime itself where the last window would lie behind the end.
  const isFree = !isSame && kernel.every((size, i) => dilations[i]! * (size - 1) + 1 >= strides[i]!);
  const rounding = isFree ? `, ceil_mode = ${ceil}` : "";
  return (
    [list("kernel_shape", kernel), list("strides", strides), list("dilations", dilations), padding].join() +
    rounding +
    counts
  );
}

describe("random windows", () => {
  for (const op of ["MaxPool", "AveragePool", "LpPool"])
    test.each([[[2, 2, 7]], [[2, 1, 5, 6]], [[1, 2, 3, 4, 3]]])(`${op} of %s`, async (x) => {
      for (let seed = 0; seed < 8; seed++) {
        const attrs =
          windowAttrs(seed * 7 + x.length, x.slice(2), op) + (op === "LpPool" ? `, p = ${1 + (seed % 3)}` : "");
        const formulation = seed % 2 === 0 ? "cpu" : "portable";
        const draw = op === "MaxPool" ? { x: distinct() } : {};
        await checkGradients({ text: model(x, `${op} <${attrs}> (x)`), draw, seed, formulations: [formulation] });
      }
    });

  test.each(["GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool <p = 1>", "GlobalLpPool", "GlobalLpPool <p = 3>"])(
    "%s",
    async (op) => {
      for (const x of [
        [2, 3, 5],
        [2, 3, 4, 2],
        [1, 2, 2, 3, 2],
      ])
        await checkGradients({ text: model(x, `${op} (x)`) });
    },
  );
});

describe("by hand", () => {
  test("MaxPool: of equal maxima the first of the window has the gradient; windows that overlap add up", async () => {
    await checkGradientsAt({
      text: model([1, 1, 5], "MaxPool <kernel_shape = [3], pads = [1, 1]> (x)"),
      at: { x: [1, 3, 3, 2, 3] },
      // (·,1,3) (1,3,3) (3,3,2) (3,2,3) (2,3,·)
      gives: { x: [0, 3, 1, 0, 1] },
    });
    await checkGradientsAt({
      text: model([1, 1, 2, 2], "MaxPool <kernel_shape = [2, 2]> (x)"),
      at: { x: [7, 7, 7, 7] },
      gives: { x: [1, 0, 0, 0] },
    });
  });

  test("GlobalMaxPool: equal maxima share in equal parts", async () => {
    await checkGradientsAt({
      text: model([1, 1, 4], "GlobalMaxPool (x)"),
      at: { x: [1, 3, 3, -3] },
      gives: { x: [0, 0.5, 0.5, 0] },
    });
  });

  test("AveragePool: padding counts where it is said to, what ceil_mode adds never does", async () => {
    const pool = (attrs: string) => model([1, 1, 4], `AveragePool <kernel_shape = [3], strides = [2]${attrs}> (x)`);
    const at = { x: [1, 2, 3, 4] };
    // (·,0,1) (1,2,3)
    await checkGradientsAt({ text: pool(", pads = [1, 0]"), at, gives: { x: [1 / 2, 1 / 2 + 1 / 3, 1 / 3, 1 / 3] } });
    const counted = pool(", pads = [1, 0], count_include_pad = 1");
    await checkGradientsAt({ text: counted, at, gives: { x: [1 / 3, 2 / 3, 1 / 3, 1 / 3] } });
    // (0,1,2) (2,3,·)
    for (const includes of [0, 1])
      await checkGradientsAt({
        text: pool(`, ceil_mode = 1, count_include_pad = ${includes}`),
        at,
        gives: { x: [1 / 3, 1 / 3, 1 / 3 + 1 / 2, 1 / 2] },
      });
  });

  test("LpPool of zeros alone has no slope", async () => {
    await checkGradientsAt({
      text: model([1, 1, 4], "LpPool <kernel_shape = [2], strides = [2]> (x)"),
      at: { x: [0, 0, 3, -4] },
      gives: { x: [0, 0, 0.6, -0.8] },
    });
  });

  test("what has no rule is named", async () => {
    const text = `<ir_version: 10, opset_import: ["" : 21]> main (float[1, 1, 4, 4] x) => (y) <float[1, 4] r = {0.0, 0.0, 3.0, 3.0}>
      { y = MaxRoiPool <pooled_shape = [2, 2]> (x, r) }`;
    await expect(checkGradients({ text })).rejects.toThrow("the operator MaxRoiPool has no gradient rule");
  });
});
