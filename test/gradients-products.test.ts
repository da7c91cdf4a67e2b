import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "./support/check-gradients.ts";

type Sizes = readonly number[];

const type = (shape: Sizes) => (shape.length === 0 ? "float" : `float[${shape.join()}]`);
const model = (inputs: Readonly<Record<string, Sizes>>, node: string) =>
  `<ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1]>
   main (${Object.entries(inputs).map(([name, shape]) => `${type(shape)} ${name}`)}) => (y) { y = ${node} }`;

/** Shapes whose batch axes broadcast. */
function pair(seed: number): { readonly a: Sizes; readonly b: Sizes } {
  const random = seededRandom(seed);
  const from = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const batch = Array.from({ length: from(0, 3) }, () => from(1, 3));
  const own = () => batch.slice(from(0, batch.length)).map((size) => (from(0, 2) === 0 ? 1 : size));
  const [rows, inner, columns] = [from(1, 3), from(1, 4), from(1, 3)];
  return { a: [...own(), rows, inner], b: [...own(), inner, columns] };
}

describe("MatMul", () => {
  test("random batch axes", async () => {
    for (let seed = 0; seed < 16; seed++) await checkGradients({ text: model(pair(seed), "MatMul (a, b)"), seed });
  });

  test.each([
    [[4], [4]],
    [[4], [4, 3]],
    [[4], [2, 1, 4, 3]],
    [[3, 4], [4]],
    [[2, 1, 3, 4], [4]],
    [
      [0, 3, 4],
      [4, 2],
    ],
  ])("%s and %s", async (a, b) => {
    await checkGradients({ text: model({ a, b }, "MatMul (a, b)") });
  });
});

test("FusedMatMul: transposed operands, scaled", async () => {
  for (let seed = 0; seed < 8; seed++) {
    const { a, b } = pair(seed);
    const [transA, transB] = [seed & 1, (seed >> 1) & 1];
    const given = (shape: Sizes, isTurned: number) =>
      isTurned ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
    const node = `com.microsoft.FusedMatMul <alpha = ${seed % 3 === 0 ? "1.0" : "-0.5"}, transA = ${transA}, transB = ${transB}> (a, b)`;
    await checkGradients({ text: model({ a: given(a, transA), b: given(b, transB) }, node), seed });
  }
  const moved = model({ a: [2, 3, 4], b: [3, 4, 2] }, "com.microsoft.FusedMatMul <transBatchA = 1> (a, b)");
  await expect(checkGradients({ text: moved, runtime: false })).rejects.toThrow("its batch axis is moved");
});

describe("Gemm", () => {
  test.each([undefined, [], [1], [4], [1, 4], [3, 1], [3, 4]])("C of %s, transposed or not", async (c) => {
    for (const [transA, transB] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const attrs = `<transA = ${transA}, transB = ${transB}, alpha = 0.5, beta = ${transA === transB ? "2.0" : "1.0"}>`;
      const inputs = { a: transA ? [2, 3] : [3, 2], b: transB ? [4, 2] : [2, 4], ...(c && { c }) };
      await checkGradients({ text: model(inputs, `Gemm ${attrs} (${Object.keys(inputs).join()})`) });
    }
  });

  test("by hand", async () => {
    await checkGradientsAt({
      text: model({ a: [1, 2], b: [2, 1], c: [1] }, "Gemm <alpha = 2.0, beta = 3.0> (a, b, c)"),
      at: { a: [1, 10], b: [5, 7], c: [1] },
      gives: { a: [10, 14], b: [2, 20], c: [3] },
    });
  });
});
