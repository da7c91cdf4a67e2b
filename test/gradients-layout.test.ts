import { describe, test } from "vitest";
import { checkGradients } from "./support/check-gradients.ts";

const model = (inputs: string, outputs: string, constants: string, nodes: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (${outputs}) <${constants}> { ${nodes} }`;

describe("arranging elements", () => {
  test.each([
    ["Reshape", "float[2, 6] x", "float[3, 4] y", "int64[2] s = {3, 4}", "y = Reshape (x, s)"],
    ["Flatten", "float[2, 3, 4] x", "float[6, 4] y", "int64[1] s = {0}", "y = Flatten <axis = 2> (x)"],
    ["Squeeze", "float[2, 1, 3] x", "float[2, 3] y", "int64[1] s = {1}", "y = Squeeze (x, s)"],
    ["Unsqueeze", "float[2, 3] x", "float[2, 1, 3, 1] y", "int64[2] s = {1, -1}", "y = Unsqueeze (x, s)"],
    ["Transpose", "float[2, 3, 4] x", "float[3, 4, 2] y", "int64[1] s = {0}", "y = Transpose <perm = [1, 2, 0]> (x)"],
    ["Expand", "float[2, 1, 3] x", "float[4, 2, 5, 3] y", "int64[4] s = {4, 2, 5, 3}", "y = Expand (x, s)"],
    ["Tile", "float[2, 3] x", "float[4, 9] y", "int64[2] s = {2, 3}", "y = Tile (x, s)"],
    ["Concat", "float[2, 3] a, float[2, 1] b", "float[2, 4] y", "int64[1] s = {0}", "y = Concat <axis = -1> (a, b)"],
  ])("%s", async (_, inputs, outputs, constants, nodes) => {
    await checkGradients({ text: model(inputs, outputs, constants, nodes) });
  });

  test("Split, with a part that nothing depends on", async () => {
    const nodes = "a, b, c = Split <axis = 1> (x, s)";
    await checkGradients({
      text: model("float[2, 6] x", "float[2, 1] a, float[2, 3] c", "int64[3] s = {1, 2, 3}", nodes),
    });
  });

  test.each([
    ["a range", "{1, 0}", "{3, 2}", "{0, 1}", "{1, 1}", "float[2, 2] y"],
    ["counted from the end", "{-2}", "{9223372036854775807}", "{1}", "{1}", "float[4, 2] y"],
    ["every second", "{0}", "{5}", "{1}", "{2}", "float[4, 3] y"],
    ["backwards", "{-1}", "{-9223372036854775807}", "{1}", "{-2}", "float[4, 3] y"],
  ])("Slice: %s", async (_, starts, ends, axes, steps, output) => {
    const count = starts.split(",").length;
    const constants = `int64[${count}] s = ${starts}, int64[${count}] e = ${ends}, int64[${count}] a = ${axes}, int64[${count}] t = ${steps}`;
    await checkGradients({ text: model("float[4, 5] x", output, constants, "y = Slice (x, s, e, a, t)") });
  });

  test.each([
    ["constant", "{1, 0, 2, 1}", "float[6, 5] y"],
    ["reflect", "{1, 2, 2, 1}", "float[6, 7] y"],
    ["edge", "{1, 2, 2, 1}", "float[6, 7] y"],
    ["wrap", "{1, 2, 2, 1}", "float[6, 7] y"],
    ["constant", "{-1, 1, 0, -1}", "float[2, 4] y"],
  ])("Pad %s by %s", async (mode, pads, output) => {
    const nodes = `y = Pad <mode = "${mode}"> (x, p)`;
    await checkGradients({ text: model("float[3, 4] x", output, `int64[4] p = ${pads}`, nodes) });
  });

  test.each([
    ["rows, one of them twice", "{0, 2, 0, -1}", "int64[4]", 0, "float[4, 3] y"],
    ["columns in a matrix", "{0, 2, 1, 2}", "int64[2, 2]", 1, "float[5, 2, 2] y"],
  ])("Gather: %s", async (_, indices, type, axis, output) => {
    const nodes = `y = Gather <axis = ${axis}> (x, i)`;
    await checkGradients({ text: model("float[5, 3] x", output, `${type} i = ${indices}`, nodes) });
  });
});
