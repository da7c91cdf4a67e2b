import { parseModel, printModel, verifyModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { modelAt } from "../test/cases/index.ts";
import { upgradeOpset } from "./upgrade.ts";

/** The message, after checking that the model is as it was. */
function refusal(opset: number, graph: string, to: number): string {
  const model = modelAt(opset, graph);
  const before = printModel(model);
  try {
    upgradeOpset(model, to);
  } catch (error) {
    expect(printModel(model)).toBe(before);
    verifyModel(model);
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("nothing was refused");
}

describe("upgradeOpset", () => {
  it("raises the IR version to the first that knows the opset, and no further", () => {
    const raisedTo = (to: number, irVersion: number) => {
      const model = parseModel(`<ir_version: ${irVersion}, opset_import: ["" : 8]> g (x) => (y) { y = Relu (x) }`);
      upgradeOpset(model, to);
      return model.formatVersion;
    };
    expect([8, 9, 11, 13, 17, 20, 21, 23, 28].map((to) => raisedTo(to, 3))).toEqual([3, 4, 6, 7, 8, 9, 10, 11, 14]);
    expect(raisedTo(13, 9)).toBe(9);
  });

  it("makes inputs with an initial value constants when it leaves IR 3, and only then", () => {
    const text = (irVersion: number, to: number) => {
      const head = `<ir_version: ${irVersion}, opset_import: ["" : 8]>`;
      const model = parseModel(`${head} g (float[2] x, float[2] w = {1, 2}) => (y) { y = Add (x, w) }`);
      return { notes: upgradeOpset(model, to), text: printModel(model) };
    };
    const raised = text(3, 13);
    expect(raised.text).toContain("g (float[2] x) => (y) <\n  float[2] w = {1, 2}\n>");
    expect(raised.notes.map((note) => note.text)).toContain(
      "made 1 input with an initial value constant, as runtimes have them at IR 3",
    );
    expect(text(4, 13).text).toContain("g (float[2] x, float[2] w = {1, 2}) => (y)");
  });

  it("says what it changed, by operator, and names the nodes", () => {
    const model = modelAt(
      11,
      "g (float[1, 4, 4, 4] x) => (z) { [a] y = Squeeze <axes = [0]> (x) [b] p = AveragePool <kernel_shape = [2, 2]> (x) z = Softmax (y) }",
    );
    expect(upgradeOpset(model, 21)).toEqual([
      { kind: "changed", text: "raised opset 11 to 21" },
      { kind: "changed", text: "rewrote 1 Squeeze: at opset 13 the axes became an input", subjects: ["a"] },
      { kind: "changed", text: "rewrote 1 Softmax: at opset 13 they work over one axis", subjects: ["z"] },
      {
        kind: "info",
        text: "kept 1 AveragePool: from opset 19 on ONNX Runtime computes it otherwise, last bits differ",
        subjects: ["b"],
      },
    ]);
  });

  it("leaves a model alone that is there already or beyond, and other domains", () => {
    const model = modelAt(17, "g (x) => (y) { y = ReduceMean <axes = [0]> (x) }");
    const before = printModel(model);
    expect(upgradeOpset(model, 13)).toEqual([{ kind: "info", text: "left as it is: nothing in it is below opset 13" }]);
    expect(printModel(model)).toBe(before);
    const other = parseModel(
      '<ir_version: 8, opset_import: ["" : 11, "com.microsoft" : 1]> g (x) => (y) { y = com.microsoft.Split <axis = 0> (x) }',
    );
    upgradeOpset(other, 21);
    expect(printModel(other)).toContain('opset_import: ["" : 21, "com.microsoft" : 1]');
    expect(printModel(other)).toContain("y = com.microsoft.Split <axis = 0> (x)");
  });

  it("raises functions that are below, with constants as nodes", () => {
    const model = parseModel(`<ir_version: 8, opset_import: ["" : 18, "local" : 1]>
      g (float[1, 3] x) => (y) { y = local.f (x) }
      <domain: "local", opset_import: ["" : 12]> f (x) => (z) { z = Squeeze <axes = [0]> (x) }
      <domain: "local", opset_import: ["" : 18]> h (x) => (z) { z = ReduceMean (x) }`);
    upgradeOpset(model, 17);
    const text = printModel(model);
    expect(text).toContain('<domain: "local", opset_import: ["" : 17]>\nf (x) => (z) {\n');
    expect(text).toContain("axes = Constant <value = int64[1] {0}> ()\n  z = Squeeze (x, axes)");
    expect(text).toContain('<domain: "local", opset_import: ["" : 18]>\nh');
    expect(text).toContain('<ir_version: 8, opset_import: ["" : 18, "local" : 1]>');
  });

  it("keeps a function's attribute where it stays an attribute, and refuses where it would become an input", () => {
    const model = (op: string) =>
      parseModel(`<ir_version: 8, opset_import: ["" : 12, "local" : 1]> g (x) => (y) { y = local.f <a = 1> (x) }
      <domain: "local", opset_import: ["" : 12]> f <a> (x) => (z) { z = ${op} (x) }`);
    const kept = model("Flatten <axis: int = @a>");
    upgradeOpset(kept, 21);
    expect(printModel(kept)).toContain("z = Flatten <axis: int = @a> (x)");
    const refused = model("Squeeze <axes: ints = @a>");
    const before = printModel(refused);
    expect(() => upgradeOpset(refused, 21)).toThrow(
      'OPSET_REFUSED at Squeeze "z" in graph "f": Squeeze changed at opset 13, and this node cannot be raised past it: ' +
        "its attribute axes is the function's attribute a, which differs by call",
    );
    expect(printModel(refused)).toBe(before);
  });

  it("refuses what cannot be said at the new opset, with node and reason, and leaves everything as it was", () => {
    expect(
      refusal(
        8,
        "g (x) => (y, z) { a = Slice <starts = [0], ends = [1]> (x) y, z = Scan <num_scan_inputs = 1> (, a) }",
        13,
      ),
    ).toBe(
      'OPSET_REFUSED at Scan "y" in graph "g": Scan changed at opset 9, and this node cannot be raised past it: it runs over ' +
        "a batch of sequences. The model is as it was. Export it again at opset 9 or later, or stay below 9.",
    );
    const reasonOf = (opset: number, node: string, to: number) =>
      /past it: (.*)\. The model/.exec(refusal(opset, `g (float[2, 3] x, float[3] z) => (y) { ${node} }`, to))?.[1];
    expect(reasonOf(5, "y = Tile (x, z, z)", 7)).toBe("it repeats one axis by an input");
    expect(reasonOf(1, "y, a = Split <axis = 0> (x, z)", 7)).toBe(
      "its sizes are an input, which came back only at opset 13",
    );
    expect(reasonOf(1, "y, a = Split (x)", 7)).toBe("its axis is not said");
    expect(reasonOf(1, "y = LpPool <p = 2.5> (x)", 7)).toBe("its exponent 2.5 is not whole");
    expect(reasonOf(5, 'y = Cast <to = "WORD"> (x)', 7)).toBe('"WORD" is no type');
    expect(reasonOf(6, "y = Dropout (x)", 7)).toBe("it drops at random (is_test is 0)");
    expect(reasonOf(6, "y = BatchNormalization (x, z, z, z, z)", 7)).toBe(
      "it normalises by the batch's own statistics (is_test is 0)",
    );
    expect(reasonOf(6, "y = Add <broadcast = 1, axis = 2> (x, z)", 7)).toBe(
      "its second input has more axes than it is laid over",
    );
    expect(reasonOf(7, "a, b, c, d, y = BatchNormalization (x, z, z, z, z)", 14)).toBe(
      "its saved mean or variance is used, which it no longer gives",
    );
    expect(reasonOf(11, 'y = Resize <coordinate_transformation_mode = "tf_half_pixel_for_nn"> (x, z, z)', 13)).toBe(
      "its coordinate mode tf_half_pixel_for_nn is gone, and only rounding down can be said otherwise",
    );
    expect(reasonOf(18, "u = Relu (w) y = GroupNormalization <num_groups = 1> (u, z, z) w = Mystery ()", 21)).toBe(
      "its scale has to be repeated for every channel, and their number is unknown",
    );
    const integers = "g (int64[2, 3] x) => (y) { y = ReduceLogSum (x) }";
    expect(refusal(18, integers, 28)).toContain("it no longer takes int64");
    expect(refusal(9, integers.replace("ReduceLogSum", "Erf"), 13)).toContain("it no longer takes int64");
  });

  it("refuses an opset that does not exist", () => {
    expect(refusal(11, "g (x) => (y) { y = Relu (x) }", 29)).toBe(
      "OPSET_TARGET at option to: no such opset to raise a model to (expected a whole number from 7 to 28, got 29).",
    );
  });
});
