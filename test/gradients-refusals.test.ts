import { expect, test } from "vitest";
import { checkGradients } from "./support/check-gradients.ts";

const model = (inputs: string, output: string, constants: string, nodes: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (${output}) <${constants}> { ${nodes} }`;

const recurrent = "recurrent networks cannot be trained yet, unless their steps are unrolled";
const loops = "loops cannot be trained yet, unless their steps are unrolled";

test.each([
  ["LSTM", 4, recurrent],
  ["GRU", 3, recurrent],
  ["RNN", 1, recurrent],
])("%s", async (op, gates, reason) => {
  const inputs = `float[5, 2, 3] x, float[1, ${4 * gates}, 3] w, float[1, ${4 * gates}, 4] r`;
  const text = model(inputs, "float[5, 1, 2, 4] y", "", `y = ${op} <hidden_size = 4> (x, w, r)`);
  await expect(checkGradients({ text })).rejects.toThrow(
    `TRAIN_GRADIENT at ${op} "y": cannot be differentiated: ${reason}. Freeze what lies before it`,
  );
});

test("a Loop, and a Scan", async () => {
  const loop = `y = Loop <body = graph body (int64 i, bool c, float[2] a) => (bool more, float[2] b) {
    more = Identity (c) b = Mul (a, a) }> (three, yes, x)`;
  const text = model("float[2] x", "float[2] y", "int64 three = {3}, bool yes = {1}", loop);
  await expect(checkGradients({ text })).rejects.toThrow(loops);
  const scan = `last, y = Scan <num_scan_inputs = 1, body = graph body (float a, float e) => (float b, float o) {
    b = Add (a, e) o = Mul (a, e) }> (zero, x)`;
  await expect(checkGradients({ text: model("float[2] x", "float[2] y", "float zero = {0}", scan) })).rejects.toThrow(
    loops,
  );
});

test("what branches read from outside is on the way too", async () => {
  const nodes = `y = If <then_branch = graph t () => (float[2] r) { r = Mul (x, x) },
    else_branch = graph e () => (float[2] s) { s = Neg (x) }> (c)`;
  const text = model("float[2] x, bool c", "float[2] y", "", nodes);
  await expect(checkGradients({ text })).rejects.toThrow(
    'TRAIN_GRADIENT at If "y": cannot be differentiated: what If chooses cannot be trained yet',
  );
});

test("other operators are named", async () => {
  const text = model("float[3, 3] x", "float y", "", "y = Det (x)");
  await expect(checkGradients({ text })).rejects.toThrow("the operator Det has no gradient rule");
});
