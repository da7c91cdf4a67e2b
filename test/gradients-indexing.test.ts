import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "./support/check-gradients.ts";

const model = (inputs: string, outputs: string, constants: string, nodes: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (${outputs}) <${constants}> { ${nodes} }`;

/** Indices from −size to size − 1 by `draw`, for those that come at run time. */
const anyOf = (size: number) => (_: number, uniform: number) => Math.floor(uniform * 2 * size) - size;

describe("Gather", () => {
  test.each([
    ["rows, one of them twice", "{0, 2, 0, -1}", "int64[4]", 0, "float[4, 3] y"],
    ["columns in a matrix", "{0, 2, 1, 2}", "int64[2, 2]", 1, "float[5, 2, 2] y"],
    ["one row", "{-2}", "int64", 0, "float[3] y"],
    ["one column, kept", "{1}", "int64[1]", -1, "float[5, 1] y"],
    ["rows in order", "{1, 2, 3}", "int32[3]", 0, "float[3, 3] y"],
  ])("constant indices: %s", async (_, indices, type, axis, output) => {
    const nodes = `y = Gather <axis = ${axis}> (x, i)`;
    await checkGradients({ text: model("float[5, 3] x", output, `${type} i = ${indices}`, nodes) });
  });

  test.each([
    ["rows of a small table", "float[5, 3]", "int64[2, 4]", 0, "float[2, 4, 3] y", 5],
    ["rows of a large one", "float[300, 2]", "int64[2, 100]", 0, "float[2, 100, 2] y", 300],
    ["one row", "float[5, 3]", "int64", 0, "float[3] y", 5],
    ["columns", "float[2, 5, 3]", "int64[4]", 1, "float[2, 4, 3] y", 5],
    ["along the last axis, a matrix", "float[2, 3]", "int32[2, 2]", -1, "float[2, 2, 2] y", 3],
    ["elements of a vector", "float[4]", "int64[6]", 0, "float[6] y", 4],
    ["nothing", "float[5, 3]", "int64[0]", 0, "float[0, 3] y", 5],
  ])("indices at run time: %s", async (_, table, indices, axis, output, size) => {
    const text = model(`${table} x, ${indices} i`, output, "float one = {1}", `y = Gather <axis = ${axis}> (x, i)`);
    await checkGradients({ text, draw: { i: anyOf(size) } });
  });

  test("a row that is taken three times gets three gradients, one that is not gets none", async () => {
    await checkGradientsAt({
      text: model("float[4, 2] x, int64[4] i", "float[4, 2] y", "float one = {1}", "y = Gather (x, i)"),
      at: { x: [1, 2, 3, 4, 5, 6, 7, 8], i: [1, -3, 3, 1] },
      gives: { x: [0, 0, 3, 3, 0, 0, 1, 1] },
    });
  });
});

describe("elements", () => {
  test.each([
    ["GatherElements", "float[3, 4] x, int64[2, 4] i", "float[2, 4] y", "y = GatherElements (x, i)", 3],
    [
      "GatherElements along the last axis",
      "float[3, 4] x, int64[3, 6] i",
      "float[3, 6] y",
      "y = GatherElements <axis = -1> (x, i)",
      4,
    ],
    ["GatherND of elements", "float[3, 3] x, int64[5, 2] i", "float[5] y", "y = GatherND (x, i)", 3],
    ["GatherND of rows", "float[3, 4] x, int64[2, 2, 1] i", "float[2, 2, 4] y", "y = GatherND (x, i)", 3],
    [
      "GatherND in batches",
      "float[2, 3, 4] x, int64[2, 5, 1] i",
      "float[2, 5, 4] y",
      "y = GatherND <batch_dims = 1> (x, i)",
      3,
    ],
    ["GatherND of many", "float[20, 20] x, int64[30, 2] i", "float[30] y", "y = GatherND (x, i)", 20],
    [
      "ScatterElements that adds",
      "float[3, 4] x, int64[2, 4] i, float[2, 4] u",
      "float[3, 4] y",
      'y = ScatterElements <reduction = "add"> (x, i, u)',
      3,
    ],
  ])("%s", async (_, inputs, output, nodes, size) => {
    await checkGradients({ text: model(inputs, output, "float one = {1}", nodes), draw: { i: anyOf(size) } });
  });

  test.each([
    [
      "ScatterElements",
      "float[3, 4] x, float[2, 4] u",
      "int64[2, 4] i = {0, 1, -1, 0, 2, 0, 1, -2}",
      "y = ScatterElements (x, i, u)",
    ],
    [
      "ScatterElements along the last axis",
      "float[3, 4] x, float[3, 2] u",
      "int64[3, 2] i = {0, 1, -1, 0, 2, 0}",
      "y = ScatterElements <axis = -1> (x, i, u)",
    ],
    [
      "ScatterND of elements",
      "float[3, 4] x, float[3] u",
      "int64[3, 2] i = {0, 1, -1, 0, 2, 3}",
      "y = ScatterND (x, i, u)",
    ],
    ["ScatterND of rows", "float[3, 4] x, float[2, 4] u", "int64[2, 1] i = {2, 0}", "y = ScatterND (x, i, u)"],
    [
      "ScatterND that adds",
      "float[3, 4] x, float[2, 4] u",
      "int64[2, 1] i = {2, 0}",
      'y = ScatterND <reduction = "add"> (x, i, u)',
    ],
  ])("%s", async (_, inputs, constants, nodes) => {
    await checkGradients({ text: model(inputs, "float[3, 4] y", constants, nodes) });
  });

  test("other reductions are refused", async () => {
    const nodes = 'y = ScatterND <reduction = "max"> (x, i, u)';
    const text = model("float[3, 4] x, float[1, 4] u", "float[3, 4] y", "int64[1, 1] i = {2}", nodes);
    await expect(checkGradients({ text })).rejects.toThrow('the reduction "max" has no gradient rule');
  });
});

describe("what is selected", () => {
  test.each([
    ["TopK", "float[2, 3] v", "v, i = TopK (x, k)"],
    ["TopK of the smallest, first axis", "float[1, 5] v", "v, i = TopK <axis = 0, largest = 0> (x, one)"],
    ["Compress of columns", "float[2, 3] v", "v = Compress <axis = -1> (x, columns)"],
    ["Compress of all", "float[3] v", "v = Compress (x, some)"],
    ["Compress of nothing", "float[0, 5] v", "v = Compress <axis = 0> (x, none)"],
  ])("%s", async (_, output, nodes) => {
    const constants = `int64[1] k = {3}, int64[1] one = {1}, bool[5] columns = {1, 0, 0, 1, 1},
      bool[7] some = {0, 1, 0, 0, 0, 1, 1}, bool[2] none = {0, 0}`;
    await checkGradients({ text: model("float[2, 5] x", output, constants, nodes) });
  });

  test("indices and sizes have no slope: nothing is refused, nothing flows", async () => {
    const nodes = `v, i = TopK (x, k) n = NonZero (x) s = Shape (n) d = Cast <to = 1> (s) f = Cast <to = 1> (i)
      p = ReduceSum (f) q = ReduceSum (d) r = ReduceSum (x) t = Add (p, q) y = Add (t, r)`;
    await checkGradientsAt({
      text: model("float[1, 3] x", "float[1, 1] y", "int64[1] k = {2}", nodes),
      at: { x: [3, 5, 4] },
      gives: { x: [1, 1, 1] },
    });
  });
});

test("seeded random tables and indices", async () => {
  const random = seededRandom(12);
  const whole = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  for (let seed = 1; seed <= 10; seed++) {
    const table = Array.from({ length: whole(1, 3) }, () => whole(1, 5));
    const axis = whole(0, table.length - 1);
    const indices = Array.from({ length: whole(0, 2) }, () => whole(1, 4));
    const output = [...table.slice(0, axis), ...indices, ...table.slice(axis + 1)];
    const type = (shape: readonly number[]) => (shape.length === 0 ? "" : `[${shape.join(", ")}]`);
    const text = model(
      `float${type(table)} x, int64${type(indices)} i`,
      `float${type(output)} y`,
      "float one = {1}",
      `y = Gather <axis = ${axis}> (x, i)`,
    );
    await checkGradients({ text, seed, draw: { i: anyOf(table[axis]!) }, formulations: ["portable"] });
  }
});
