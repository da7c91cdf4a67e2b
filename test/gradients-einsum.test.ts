import { describe, expect, test } from "vitest";
import { checkGradients } from "./support/check-gradients.ts";

const model = (inputs: string, output: string, equation: string, names: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (${output} y)
   { y = Einsum <equation = "${equation}"> (${names}) }`;

describe("Einsum", () => {
  test.each([
    ["ij,jk->ik", "float[2, 3] a, float[3, 4] b", "float[2, 4]"],
    ["ij,jk->ki", "float[2, 3] a, float[3, 4] b", "float[4, 2]"],
    ["bhqd,bhkd->bhqk", "float[2, 2, 3, 4] a, float[2, 2, 5, 4] b", "float[2, 2, 3, 5]"],
    ["bhqk,bkhd->bqhd", "float[2, 2, 3, 5] a, float[2, 5, 2, 4] b", "float[2, 3, 2, 4]"],
    ["i,j->ij", "float[2] a, float[3] b", "float[2, 3]"],
    ["ij,ij->", "float[2, 3] a, float[2, 3] b", "float"],
    ["ij->ji", "float[2, 3] a", "float[3, 2]"],
    ["ij->i", "float[2, 3] a", "float[2]"],
    ["ij->", "float[2, 3] a", "float"],
    ["ij,jk->j", "float[2, 3] a, float[3, 4] b", "float[3]"],
    ["i,ij,j->", "float[2] a, float[2, 3] b, float[3] c", "float"],
    ["bi,ijk,bk->bj", "float[2, 3] a, float[3, 4, 2] b, float[2, 2] c", "float[2, 4]"],
    ["...ij,...jk->...ik", "float[2, 2, 3] a, float[2, 3, 4] b", "float[2, 2, 4]"],
    ["...ij,jk->...ik", "float[2, 1, 2, 3] a, float[3, 4] b", "float[2, 1, 2, 4]"],
    ["...i,...i->...", "float[2, 3, 2] a, float[2, 1, 2] b", "float[2, 3]"],
    ["ij,jk", "float[2, 3] a, float[3, 4] b", "float[2, 4]"],
    ["ba,cb", "float[2, 3] a, float[4, 2] b", "float[3, 4]"],
    [" i j , j k -> i k ", "float[2, 3] a, float[3, 4] b", "float[2, 4]"],
  ])("%s", async (equation, inputs, output) => {
    const names = inputs.split(/, (?=float)/).map((input) => input.split(" ").at(-1));
    await checkGradients({ text: model(inputs, output, equation, names.join(", ")) });
  });

  test("a diagonal is refused", async () => {
    const text = model("float[3, 3] a", "float[3]", "ii->i", "a");
    await expect(checkGradients({ text })).rejects.toThrow("an input's axes share a letter");
  });
});
