import { attr, type Edit, type Model } from "@pare/ir";
import { MemorySource, numbers, stringTensor, tensorOf } from "@pare/tensor";
import { describe, expect, test } from "vitest";
import { decodeRaw, hasProtoc } from "../../testing/protoc.ts";
import { info, modelBytes, samples, tensorType } from "../../testing/samples.ts";
import { encodeModel, readModelFrom } from "./index.ts";

const read = (bytes: Uint8Array) => readModelFrom(new MemorySource(bytes));
const nodeNamed = (model: Model, name: string) => [...model.graph.nodes].find((node) => node.name === name)!;
const constantOf = (model: Model, name: string) => {
  const origin = model.graph.value(name)?.origin;
  if (origin?.kind !== "constant") throw new Error(`${name} is no constant`);
  return origin.tensor;
};

/** The sample after an edit: the model as written and read again, and protoc's words with the lines that changed. */
function edited(bytes: Uint8Array, change: (edit: Edit, model: Model) => void) {
  const model = read(bytes);
  model.graph.edit("test", (edit) => change(edit, model));
  const written = encodeModel(model);
  return {
    written,
    again: read(written),
    differences: hasProtoc ? differences(decodeRaw(bytes), decodeRaw(written)) : [],
  };
}

/** Lines taken out and put in between the common start and end. */
function differences(a: string, b: string): string[] {
  const [before, after] = [a.split("\n"), b.split("\n")];
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const cut = (lines: string[], sign: string) =>
    lines.slice(start, lines.length - end).map((line) => sign + line.trim());
  return [...cut(before, "-"), ...cut(after, "+")];
}

describe.skipIf(!hasProtoc)(
  "what was not touched keeps its bytes and its place (skipped where protoc is absent)",
  () => {
    test("a renamed inner value changes its names, not the doc string, metadata and unknown field of the node", () => {
      const { written, again } = edited(samples.everything, (edit, model) =>
        edit.rename(model.graph.value("h")!, "hid"),
      );
      expect(nodeNamed(again, "first").outputs[0]!.name).toBe("hid");
      const carried = (bytes: Uint8Array) =>
        decodeRaw(bytes)
          .split("\n")
          .filter((line) => /"adds"|"k"|1000/.test(line));
      expect(carried(written)).toEqual(carried(samples.everything));
    });

    test("a new attribute value stays where the old one stood", () => {
      const { differences } = edited(samples.everything, (edit, model) => {
        const node = nodeNamed(model, "custom");
        edit.setAttrs(node, new Map(node.attrs).set("i", attr.int(9)));
      });
      expect(differences).toEqual(["-3: 18446744073709551611", "-20: 2", "+20: 2", "+3: 9"]);
    });

    test("new data of a constant is raw_data; its neighbours are copied", () => {
      const { differences, again } = edited(samples.plain, (edit, model) =>
        edit.setConstant(model.graph.value("v")!, tensorOf("float32", [2], [8, 9])),
      );
      expect([...numbers(constantOf(again, "v"))]).toEqual([8, 9]);
      expect(differences).toEqual(['-9: "\\000\\000@@\\000\\000\\200@"', '+9: "\\000\\000\\000A\\000\\000\\020A"']);
    });

    test("a node inside a subgraph changes that node alone", () => {
      const { differences } = edited(samples.everything, (edit, model) => {
        const branch = [...model.graph.nodes].find(({ type }) => type === "If")!.attrs.get("then_branch");
        if (branch?.kind === "graph") for (const node of branch.graph.nodes) edit.setOp(node, "onnx.Sub");
      });
      expect(differences).toEqual(['-4: "Add"', '+4: "Sub"']);
    });
  },
);

describe("declarations follow their values", () => {
  test("a retyped value is declared anew and keeps its doc string", () => {
    const { again, written } = edited(samples.everything, (edit, model) =>
      edit.retype(model.graph.value("h")!, { kind: "tensor", dtype: "float16", shape: ["`batch size`", 2] }),
    );
    expect(again.graph.value("h")!.type).toMatchObject({ dtype: "float16", shape: ["`batch size`", 2] });
    expect(Buffer.from(written).includes("hidden")).toBe(true);
  });

  test.skipIf(!hasProtoc)("retyping changes the type alone (skipped where protoc is absent)", () => {
    const { differences } = edited(samples.everything, (edit, model) =>
      edit.retype(model.graph.value("x")!, { kind: "tensor", dtype: "float32", shape: ["`batch size`", 3] }),
    );
    expect(differences).toEqual(["-1: 2", "+1: 3"]);
  });

  test("an output that another value takes over keeps its declaration", () => {
    const { again } = edited(samples.plain, (edit, model) => {
      const { graph } = model;
      const sum = edit.constant("sum", tensorOf("float32", [2], [4, 6]));
      const node = edit.node("onnx.Add", [graph.inputs[0], sum], { name: "both" });
      edit.replaceUses(graph.outputs[0]!, node.outputs[0]!);
      edit.remove(nodeNamed(model, "second"));
      edit.remove(nodeNamed(model, "first"));
    });
    expect(again.graph.outputs.map(({ name, type }) => [name, type])).toMatchObject([["y", { shape: ["batch", 2] }]]);
    expect(again.graph.nodeCount).toBe(1);
    expect(again.graph.value("h")).toBeUndefined();
  });

  test("new values are declared only in files that declare others", () => {
    const typed = { kind: "tensor", dtype: "float32", shape: [1, 2] } as const;
    const insert = (edit: Edit, model: Model) => {
      const node = edit.node("onnx.Neg", [model.graph.inputs[0]], { outputs: ["n"] });
      edit.retype(node.outputs[0]!, typed);
    };
    expect(edited(samples.plain, insert).again.graph.value("n")!.type).toEqual(typed);
    expect(edited(samples.old, insert).again.graph.value("n")!.type).toBeUndefined();
  });

  test("a derived size is written as unknown", () => {
    const { again } = edited(samples.plain, (edit, model) =>
      edit.retype(model.graph.value("h")!, { kind: "tensor", dtype: "float32", shape: ["2*batch", "`a b`"] }),
    );
    expect(again.graph.value("h")!.type).toMatchObject({ shape: [undefined, "`a b`"] });
  });
});

test("quantization annotations stay as long as every tensor that they name", () => {
  const annotated = (bytes: Uint8Array) => Buffer.from(bytes).includes("SCALE_TENSOR");
  const change = (name: string, model: Model) =>
    model.graph.edit("test", (edit) => edit.rename(model.graph.value(name)!, "renamed"));
  for (const [name, stays] of [
    ["x", true],
    ["h", false],
    ["w", false],
  ] as const) {
    const model = read(samples.everything);
    change(name, model);
    expect([name, annotated(encodeModel(model))]).toEqual([name, stays]);
  }
});

describe("the model's own fields", () => {
  test("metadata: a changed key keeps its place, a new one follows, a removed one goes", () => {
    const model = read(samples.everything);
    model.update("test", {
      metadata: new Map([
        ["author", "me"],
        ["tool", "pare"],
      ]),
    });
    expect([...read(encodeModel(model)).metadata]).toEqual([
      ["author", "me"],
      ["tool", "pare"],
    ]);
  });

  test("opsets: the default domain that stood twice is one entry once it changes", () => {
    const model = read(samples.everything);
    expect(model.opsets).toEqual(
      new Map([
        ["onnx", 21],
        ["local", 1],
      ]),
    );
    model.update("test", {
      opsets: new Map([
        ["onnx", 22],
        ["local", 1],
      ]),
    });
    const again = encodeModel(model);
    expect(read(again).opsets).toEqual(
      new Map([
        ["onnx", 22],
        ["local", 1],
      ]),
    );
    expect(Buffer.from(again).includes("ai.onnx")).toBe(false);
  });

  test.each<[string, number, (edit: Edit) => void]>([
    ["a constant that is no input", 4, (edit) => edit.constant("c", tensorOf("float32", [1], [1]))],
    ["bfloat16", 4, (edit) => edit.constant("c", tensorOf("int8", [1], [1]))],
    ["int4", 10, (edit) => edit.constant("c", tensorOf("int4", [2], [1, 2]))],
    [
      "float6",
      14,
      (edit) => edit.constant("c", { dtype: "float6e2m3", shape: [4], source: new MemorySource(new Uint8Array(3)) }),
    ],
    ["an overload", 10, (edit) => edit.node("local.F", [], { overload: "o", outputs: 0 })],
  ])("%s raises IR version 3 to %d", (_, version, change) => {
    expect(edited(samples.old, change).again.formatVersion).toBe(version);
  });

  test("nothing is raised without need", () => {
    const { again } = edited(samples.old, (edit, model) => edit.setOp([...model.graph.nodes][0]!, "onnx.Sub"));
    expect(again.formatVersion).toBe(3);
  });
});

test("a constant of a function becomes a node: functions have no initializers", () => {
  const model = read(samples.everything);
  const { body } = model.functions[0]!;
  body.edit("test", (edit) => {
    const constant = edit.constant("k", tensorOf("float32", [1], [2]));
    edit.setInputs([...body.nodes][1]!, [constant]);
  });
  const again = read(encodeModel(model)).functions[0]!.body;
  expect(Array.from(again.nodes, ({ type }) => type)).toEqual(["Constant", "LeakyRelu", "Identity"]);
  expect([...again.nodes][0]!.attrs.get("value")).toMatchObject({ tensor: { dtype: "float32", shape: [1] } });
});

test("data that moves from an attribute to an initializer keeps its shorter encoding", () => {
  const values = Array.from({ length: 100 }, (_, i) => i);
  const ids = { dims: [100], data_type: 7, int64_data: values };
  const bytes = modelBytes({
    node: [
      { output: ["c"], op_type: "Constant", attribute: [{ name: "value", t: ids, type: 4 }] },
      { input: ["c"], output: ["y"], op_type: "Neg" },
    ],
    name: "g",
    output: [info("y", tensorType(7, 100))],
  });
  const { again, written } = edited(bytes, (edit, model) => {
    const [node] = [...model.graph.nodes];
    const value = node!.attrs.get("value");
    if (value?.kind === "tensor") edit.replaceUses(node!.outputs[0]!, edit.constant("k", value.tensor));
    edit.remove(node!);
  });
  expect([...numbers(constantOf(again, "k"))]).toEqual(values);
  expect(written.length).toBeLessThan(bytes.length);
});

test("strings are written as string_data", () => {
  const { again } = edited(samples.plain, (edit) => edit.constant("words", stringTensor([2], ["a", "ü"])));
  expect(constantOf(again, "words")).toMatchObject({ dtype: "string", shape: [2], source: { size: 11 } });
});
