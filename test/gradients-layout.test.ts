import { seededRandom } from "@pare/pass";
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
    ["both axes backwards", "{2, 3}", "{-9, 0}", "{0, -1}", "{-1, -1}", "float[3, 3] y"],
    ["nothing", "{3}", "{2}", "{0}", "{1}", "float[0, 5] y"],
    ["nothing, in steps back", "{0}", "{2}", "{1}", "{-2}", "float[4, 0] y"],
    ["one element of a wide step", "{1}", "{3}", "{0}", "{100}", "float[1, 5] y"],
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
    ["constant", "{0, 0, 0, 0}", "float[3, 4] y"],
    ["edge", "{-1, 2, 1, 0}", "float[3, 6] y"],
    ["reflect", "{2, 0, 2, 3}", "float[7, 7] y"],
  ])("Pad %s by %s", async (mode, pads, output) => {
    const nodes = `y = Pad <mode = "${mode}"> (x, p)`;
    await checkGradients({ text: model("float[3, 4] x", output, `int64[4] p = ${pads}`, nodes) });
  });

  test("Slice without axes and steps", async () => {
    const constants = "int64[1] s = {1}, int64[1] e = {-1}";
    await checkGradients({ text: model("float[4, 2] x", "float[2, 2] y", constants, "y = Slice (x, s, e)") });
  });

  test("Pad of some axes, with a value that is learned", async () => {
    const constants = "int64[4] p = {1, 0, 2, -1}, int64[2] a = {-1, 0}";
    const text = model("float[3, 4] x, float c", "float[2, 7] y", constants, "y = Pad (x, p, c, a)");
    await checkGradients({ text });
  });

  test.each([
    [
      "Split into equal parts, the last smaller",
      "float[7, 2] x",
      "float[3, 2] a, float[1, 2] c",
      "a, b, c = Split <num_outputs = 3> (x)",
    ],
    [
      "DepthToSpace by rows of blocks",
      "float[2, 8, 2, 3] x",
      "float[2, 2, 4, 6] y",
      "y = DepthToSpace <blocksize = 2> (x)",
    ],
    [
      "DepthToSpace by channels",
      "float[2, 8, 2, 3] x",
      "float[2, 2, 4, 6] y",
      'y = DepthToSpace <blocksize = 2, mode = "CRD"> (x)',
    ],
    ["SpaceToDepth", "float[2, 2, 4, 6] x", "float[2, 8, 2, 3] y", "y = SpaceToDepth <blocksize = 2> (x)"],
    ["Trilu", "float[2, 3, 4] x", "float[2, 3, 4] y", "y = Trilu (x)"],
    ["Trilu below the diagonal", "float[3, 4] x", "float[3, 4] y", "y = Trilu <upper = 0> (x, minus)"],
    ["ReverseSequence", "float[4, 3, 2] x", "float[4, 3, 2] y", "y = ReverseSequence (x, lengths)"],
    [
      "ReverseSequence, batch first",
      "float[3, 4] x",
      "float[3, 4] y",
      "y = ReverseSequence <batch_axis = 0, time_axis = 1> (x, lengths)",
    ],
    ["CenterCropPad", "float[5, 2, 4] x", "float[2, 5, 4] y", "y = CenterCropPad <axes = [0, -2]> (x, sizes)"],
    ["CenterCropPad of all axes", "float[2, 5] x", "float[5, 2] y", "y = CenterCropPad (x, turned)"],
    ["Expand on both sides", "float[3, 1] x", "float[2, 3, 4] y", "y = Expand (x, wide)"],
    ["Expand of a scalar", "float x", "float[2, 5] y", "y = Expand (x, sizes)"],
    ["Tile of nothing", "float[0, 3] x", "float[0, 6] y", "y = Tile (x, twice)"],
    ["Tile no times", "float[2, 3] x", "float[0, 3] y", "y = Tile (x, never)"],
    ["Concat with nothing", "float[2, 0] a, float[2, 3] b", "float[2, 3] y", "y = Concat <axis = 1> (a, b)"],
    ["Reshape of nothing", "float[0, 3] x", "float[3, 0] y", "y = Reshape <allowzero = 1> (x, empty)"],
    ["Squeeze of all axes of size 1", "float[1, 3, 1] x", "float[3] y", "y = Squeeze (x)"],
    ["Flatten before the first axis", "float[2, 3] x", "float[1, 6] y", "y = Flatten <axis = 0> (x)"],
    ["Transpose, reversed", "float[2, 3, 4] x", "float[4, 3, 2] y", "y = Transpose (x)"],
  ])("%s", async (_, inputs, outputs, nodes) => {
    const constants = `int64 minus = {-1}, int64[3] lengths = {4, 1, 3}, int64[2] sizes = {2, 5}, int64[2] turned = {5, 2},
      int64[3] wide = {2, 1, 4}, int64[2] twice = {2, 2}, int64[2] never = {0, 1}, int64[2] empty = {3, 0}`;
    await checkGradients({ text: model(inputs, outputs, constants, nodes) });
  });
});

/** Long axes take another way than short ones: see packages/ops/src/gradient/put-back.ts. */
describe("long axes", () => {
  test.each([
    ["every third, backwards", "y = Slice (x, last, first, one, minus3)", "float[2, 34] y", ""],
    ["reflected", 'y = Pad <mode = "reflect"> (x, pads)', "float[2, 107] y", "int64[4] pads = {0, 3, 0, 4}"],
    ["edges", 'y = Pad <mode = "edge"> (x, pads)', "float[2, 107] y", "int64[4] pads = {0, 3, 0, 4}"],
    ["wrapped", 'y = Pad <mode = "wrap"> (x, pads)', "float[2, 107] y", "int64[4] pads = {0, 3, 0, 4}"],
    [
      "in no order",
      "y = Gather <axis = 1> (x, i)",
      "float[2, 20] y",
      `int64[20] i = {${Array.from({ length: 20 }, (_, i) => (i * i) % 97).join()}}`,
    ],
  ])("%s", async (_, nodes, output, own) => {
    const constants = `int64[1] last = {-1}, int64[1] first = {-1000}, int64[1] one = {1}, int64[1] minus3 = {-3}${own && ", "}${own}`;
    await checkGradients({ text: model("float[2, 100] x", output, constants, nodes) });
  });
});

describe("seeded random shapes", () => {
  const random = seededRandom(8);
  const whole = (least: number, most: number) => least + Math.floor(random() * (most - least + 1));
  const list = (numbers: readonly number[]) => numbers.join(", ");
  const cases = Array.from({ length: 12 }, () => Array.from({ length: whole(1, 4) }, () => whole(1, 4)));

  test.each(cases.map((shape) => [list(shape), shape] as const))("[%s]", async (_, shape) => {
    const axis = whole(-shape.length, shape.length - 1);
    const size = shape.at(axis)!;
    const order = shape.map((_, i) => i).sort(() => random() - 0.5);
    const step = [1, -1, 2, -2, 3][whole(0, 4)]!;
    const count = Math.ceil(size / Math.abs(step));
    const [start, end] = step > 0 ? [0, size] : [-1, -size - 1];
    const sliced = shape.with(axis < 0 ? axis + shape.length : axis, count);
    const pads = [...shape, ...shape].map(() => whole(0, 2));
    const turned = order.map((i) => sliced[i]!);
    const padded = turned.map((each, i) => each + pads[i]! + pads[i + shape.length]!);
    const mode = ["constant", "edge", "wrap"][whole(0, 2)]!;
    const constants = `int64[1] s = {${start}}, int64[1] e = {${end}}, int64[1] a = {${axis}}, int64[1] t = {${step}},
      int64[${pads.length}] p = {${list(pads)}}, int64[${shape.length + 1}] n = {${list([3, ...padded])}}`;
    const nodes = `c = Slice (x, s, e, a, t) d = Transpose <perm = [${list(order)}]> (c)
      b = Pad <mode = "${mode}"> (d, p) y = Expand (b, n)`;
    const text = model(`float[${list(shape)}] x`, `float[${list([3, ...padded])}] y`, constants, nodes);
    await checkGradients({ text, formulations: ["portable"] });
  });
});
