import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printModel, verifyModel } from "@pare/ir";
import { MemorySource } from "@pare/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { info, modelBytes, samples, tensorType, weight } from "../../testing/samples.ts";
import { encodeMessage, type MessageObject, packed } from "./encode-message.ts";
import { readModel, readModelFrom, runtimeNotes } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-read-"));
afterAll(() => rmSync(folder, { recursive: true }));
const read = (bytes: Uint8Array) => readModelFrom(new MemorySource(bytes), { path: join(folder, "m.onnx") });
const withNode = (...node: MessageObject[]) => modelBytes({ node, name: "g", input: [info("x")], output: [info("y")] });
const relu = (more: MessageObject) => ({ input: ["x"], output: ["y"], op_type: "Relu", ...more });

test.each(Object.entries(samples))("%s verifies", (_, bytes) => verifyModel(read(bytes)));

describe("everything", () => {
  const model = read(samples.everything);

  test("attributes of every kind", () => {
    const node = [...model.graph.nodes].find(({ name }) => name === "custom")!;
    const kinds = Array.from(node.attrs, ([name, { kind }]) => `${name}: ${kind}`);
    expect(kinds).toEqual([
      "f: float",
      "i: int",
      "s: string",
      "t: tensor",
      "floats: floats",
      "ints: ints",
      "packed: ints",
      "empty: ints",
      "strings: strings",
      "tensors: tensors",
      "graphs: graphs",
      "sparse: sparse-tensor",
      "tp: type",
      "tps: types",
    ]);
    expect(node.attrs.get("ints")).toEqual({ kind: "ints", values: [-1n, 2n, 1n << 62n] });
    expect(node.attrs.get("packed")).toEqual({ kind: "ints", values: [1n, 300n] });
    expect(node).toMatchObject({ op: "local.Many", overload: "two", outputs: [{ name: "" }, { name: "z" }] });
  });

  test("types of every kind", () => {
    expect(model.graph.inputs.map(({ name, type }) => [name, type])).toEqual([
      ["x", { kind: "tensor", dtype: "float32", shape: ["`batch size`", 2] }],
      ["seq", { kind: "sequence", element: { kind: "tensor", dtype: "int64", shape: [] } }],
      ["map", { kind: "map", key: "string", value: { kind: "tensor", dtype: "float32", shape: [] } }],
      ["opt", { kind: "optional", element: { kind: "tensor", dtype: "float32", shape: [3] } }],
      ["opaque", { kind: "opaque", domain: "d", name: "n" }],
      ["sparse", { kind: "sparse-tensor", dtype: "float32", shape: [4] }],
      ["flag", { kind: "tensor", dtype: "bool", shape: [] }],
      ["untyped", undefined],
    ]);
  });

  test("functions, with defaults and references to their attributes", () => {
    const [{ body, ...rest }] = model.functions as [(typeof model.functions)[number]];
    expect(rest).toMatchObject({ domain: "local", name: "Many", overload: "two", attributes: ["f"] });
    expect(rest.defaults.get("alpha")).toEqual({ kind: "float", value: 0.5 });
    expect([...body.nodes][0]!.attrs.get("alpha")).toEqual({ kind: "reference", name: "alpha", of: "float" });
  });

  test("constants, sparse ones too", () => {
    expect(model.graph.value("sw")!.origin).toMatchObject({ kind: "sparse-constant", tensor: { shape: [4] } });
    expect(model.graph.value("w")!.origin.kind).toBe("constant");
  });
});

test("an initializer that is also an input is its initial value", () => {
  const { graph, opsets } = read(samples.old);
  expect(graph.inputs.map(({ name, origin }) => [name, origin.kind === "input" && origin.initial?.shape])).toEqual([
    ["x", undefined],
    ["w", [2]],
  ]);
  expect(opsets).toEqual(new Map([["onnx", 17]]));
});

test("a graph that is given in parts is one graph", () => {
  expect(printModel(read(samples.inParts))).toContain("y = Add (x, w)");
});

test("files before IR version 3 name no operator set", () => {
  const bytes = encodeMessage("ModelProto", { ir_version: 2, graph: { name: "g" } });
  expect(read(bytes).opsets).toEqual(new Map([["onnx", 1]]));
});

test("attributes of IR version 1 state no type", () => {
  const model = read(
    withNode(
      relu({
        attribute: [
          { name: "a", i: 3 },
          { name: "b", floats: [1] },
        ],
      }),
    ),
  );
  const kinds = Array.from([...model.graph.nodes][0]!.attrs.values(), ({ kind }) => kind);
  expect(kinds).toEqual(["int", "floats"]);
});

test("long lists and strings are read when they are asked for", () => {
  const values = Array.from({ length: 5000 }, (_, i) => BigInt(i));
  const attribute = [
    { name: "ints", ints: packed(values.map(Number)), type: 7 },
    { name: "floats", floats: values.map(Number), type: 6 },
    { name: "blob", s: new Uint8Array(100_000).fill(7), type: 3 },
  ];
  const { attrs } = [...read(withNode(relu({ attribute }))).graph.nodes][0]!;
  expect(attrs.get("ints")).toMatchObject({ kind: "ints", values });
  expect(attrs.get("floats")).toMatchObject({ kind: "floats", values: values.map(Number) });
  expect(attrs.get("blob")).toMatchObject({ kind: "string", value: { length: 100_000 } });
});

test("a size below zero and an element type of the future count as unknown", () => {
  const bytes = modelBytes({
    node: [relu({})],
    name: "g",
    input: [info("x", tensorType(99, -1, "?"))],
    output: [info("y")],
  });
  expect(read(bytes).graph.inputs[0]!.type).toEqual({
    kind: "tensor",
    dtype: undefined,
    shape: [undefined, undefined],
  });
});

test("IR version 14 is read, and said to be too new for the runtime", () => {
  const model = read(
    modelBytes({ node: [relu({})], name: "g", input: [info("x")], output: [info("y")] }, { ir_version: 14 }),
  );
  expect(runtimeNotes(model)).toEqual([
    "IR version 14 is newer than 13, the newest that ONNX Runtime loads: the model can be changed and written, not run",
  ]);
  expect(runtimeNotes(read(samples.plain))).toEqual([]);
});

describe("contradictions are errors with their place", () => {
  const at = (place: string) => `at ${place} in ${join(folder, "m.onnx")}: `;
  test.each<[string, Uint8Array, string]>([
    [
      "an attribute twice",
      withNode(
        relu({
          name: "r",
          attribute: [
            { name: "a", i: 1, type: 2 },
            { name: "a", i: 2, type: 2 },
          ],
        }),
      ),
      `ONNX_CONTENT ${at('graph.node[0] "r" attribute a')}the attribute is given twice`,
    ],
    [
      "an attribute without its value",
      withNode(relu({ attribute: [{ name: "a", type: 5 }] })),
      `${at("graph.node[0] attribute a")}the attribute's type asks for a value that is not there`,
    ],
    [
      "an attribute of an unknown type",
      withNode(relu({ attribute: [{ name: "a", type: 50 }] })),
      "unknown type (expected 1 to 14, got 50)",
    ],
    [
      "a node without operator",
      withNode({ input: ["x"], output: ["y"] }),
      `ONNX_CONTENT ${at("graph.node[0]")}the node has no operator type`,
    ],
    [
      "a value from nowhere",
      withNode(relu({ input: ["nothing"] })),
      'it uses the value "nothing", which nothing defines',
    ],
    ["a value made twice", withNode(relu({}), relu({})), 'the value "y" is defined twice'],
    [
      "a cycle",
      withNode(relu({ input: ["z"] }), relu({ output: ["z"], input: ["y"] })),
      "nodes depend on each other in a circle",
    ],
    [
      "an initializer twice",
      modelBytes({ initializer: [weight("w", 1), weight("w", 2)], name: "g" }),
      'a second initializer has the name "w"',
    ],
    [
      "an initializer without name",
      modelBytes({ initializer: [weight("", 1)], name: "g" }),
      `${at("graph.initializer[0]")}it has no name`,
    ],
    ["no graph", encodeMessage("ModelProto", { ir_version: 8 }), "it holds no graph (expected an ONNX model)"],
    [
      "no operator set",
      encodeMessage("ModelProto", { ir_version: 8, graph: { name: "g" } }),
      "it does not say which operator sets it uses (expected opset_import)",
    ],
    [
      "damage in a part that is only carried",
      modelBytes({ name: "g" }, { training_info: [{ unknown: Uint8Array.of(0x0a, 0x40) }] }),
      "ONNX_BYTES",
    ],
  ])("%s", (_, bytes, problem) => {
    expect(() => read(bytes)).toThrow(problem);
  });

  test("a file that is cut anywhere is an error or ends with a whole field", () => {
    for (let length = 1; length < samples.plain.length; length += 3) {
      const cut = samples.plain.slice(0, length);
      expect(() => read(cut)).toThrow(/^(ONNX_BYTES|ONNX_CONTENT) at .*m\.onnx/);
    }
  });
});

describe("what is no file of a model", () => {
  test("missing, a folder", () => {
    mkdirSync(join(folder, "dir.onnx"));
    expect(() => readModel(join(folder, "none.onnx"))).toThrow(
      /^MODEL_MISSING at .*none\.onnx: .*there is no such file/,
    );
    expect(() => readModel(join(folder, "dir.onnx"))).toThrow("it is a folder");
    expect(() => readModel("/dev/null")).toThrow("it is no regular file");
  });

  test("a Git LFS pointer", () => {
    const path = join(folder, "lfs.onnx");
    writeFileSync(path, "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 123\n");
    expect(() => readModel(path)).toThrow(
      `MODEL_FORMAT at ${path}: this is no ONNX model (got a Git LFS pointer). The model itself was not fetched: run \`git lfs pull\`.`,
    );
  });
});
