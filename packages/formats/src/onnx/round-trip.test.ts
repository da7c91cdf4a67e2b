import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Model } from "@pare/ir";
import { MemorySource } from "@pare/tensor";
import { onnx } from "onnx-proto";
import { afterAll, describe, expect, test } from "vitest";
import { decodeRaw, decodeSorted, hasProtoc } from "../../testing/protoc.ts";
import { nestedIf, samples } from "../../testing/samples.ts";
import { encodeModel, readModel, readModelFrom, writeModel } from "./index.ts";
import { ropeBytes } from "./save.ts";
import { encodeModelMessage } from "./write-model.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-round-trip-"));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (bytes: Uint8Array) => readModelFrom(new MemorySource(bytes));
/** Everything encoded anew, so that reusing bytes cannot hide a fault of the encoder. */
const encodeAnew = (model: Model) => ropeBytes(encodeModelMessage(model, { reuse: false, placeOf: () => undefined }));
const needsProtoc = hasProtoc ? "" : " (skipped: protoc is not installed)";

/** Files of the folder PARE_MODELS as well. */
const models = process.env.PARE_MODELS ?? "";
const extra = models === "" ? [] : readdirSync(models).filter((name) => name.endsWith(".onnx"));
const files: [string, () => Uint8Array][] = [
  ...Object.entries(samples).map(([name, bytes]): [string, () => Uint8Array] => [name, () => bytes]),
  ...extra.map((name): [string, () => Uint8Array] => [name, () => readFileSync(join(models, name))]),
];

describe.each(files)("%s", (name, bytesOf) => {
  test.skipIf(name === "inParts")("read and written without a change it is the same file, byte for byte", () => {
    const bytes = bytesOf();
    expect(Buffer.compare(encodeModel(read(bytes)), bytes)).toBe(0);
  });

  test.skipIf(!hasProtoc)(`it decodes to the same message${needsProtoc}`, () => {
    const bytes = bytesOf();
    const copy = encodeModel(read(bytes));
    if (name !== "inParts") expect(decodeRaw(copy)).toBe(decodeRaw(bytes));
    expect(copy.length).toBeLessThanOrEqual(bytes.length);
  });

  test("encoded anew it reads as the same model, and encoding that again changes nothing", () => {
    const anew = encodeAnew(read(bytesOf()));
    expect(Buffer.compare(encodeAnew(read(anew)), anew)).toBe(0);
  });
});

describe.skipIf(!hasProtoc)(`encoded anew, by the words of protoc${needsProtoc}`, () => {
  test.each(["plain", "nested"] as const)("%s says the same", (name) => {
    expect(decodeSorted(encodeAnew(read(samples[name])))).toBe(decodeSorted(samples[name]));
  });

  test("what is written in its longest form says the same in a shorter one", () => {
    // Packed attributes are written with a tag each, typed data as raw_data, and a domain that stands twice once.
    const differing = diffLines(decodeSorted(samples.everything), decodeSorted(encodeAnew(read(samples.everything))));
    expect(differing).toMatchInlineSnapshot(`
      [
        "-2 8: """,
        "-1 8: "\\001\\254\\002"",
        "-1 7: "\\003"",
        "-1 8 {",
        "-1 7: "\\002"",
        "-1 2: 20",
        "-1 1: "ai.onnx"",
        "+1 8: 1",
        "+1 8: 300",
        "+1 9: "\\003\\000\\000\\000\\000\\000\\000\\000"",
        "+1 9: "\\002\\000\\000\\000\\000\\000\\000\\000"",
      ]
    `);
  });
});

/** Lines of one text that the other lacks, with their count. */
function diffLines(a: string, b: string): string[] {
  const count = (text: string) => {
    const lines = new Map<string, number>();
    for (const line of text.split("\n")) lines.set(line.trim(), (lines.get(line.trim()) ?? 0) + 1);
    return lines;
  };
  const [first, second] = [count(a), count(b)];
  const keys = [...new Set([...first.keys(), ...second.keys()])];
  const change = (key: string) => (second.get(key) ?? 0) - (first.get(key) ?? 0);
  return keys.filter((key) => change(key) !== 0).map((key) => `${change(key) > 0 ? "+" : ""}${change(key)} ${key}`);
}

describe("against onnx-proto, an encoder and decoder of other people (IR version 8)", () => {
  const float = (name: string, ...values: number[]) => ({
    name,
    dims: [values.length],
    dataType: 1,
    floatData: values,
  });
  const typeOf = (elemType: number, ...dims: (number | string)[]) => ({
    tensorType: {
      elemType,
      shape: { dim: dims.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size })) },
    },
  });
  const message = onnx.ModelProto.create({
    irVersion: 8,
    producerName: "other",
    opsetImport: [{ domain: "", version: 15 }],
    metadataProps: [{ key: "a", value: "ü" }],
    graph: {
      name: "main",
      docString: "doc",
      input: [
        { name: "x", type: typeOf(1, "N", 2) },
        { name: "c", type: typeOf(9) },
      ],
      output: [{ name: "y", type: typeOf(1, "N", 2) }],
      valueInfo: [{ name: "h", type: typeOf(1, "N", 2), docString: "hidden" }],
      initializer: [
        float("w", 1, 2),
        { name: "axes", dims: [2], dataType: 7, int64Data: [-1, 0] },
        { name: "raw", dims: [2], dataType: 10, rawData: Uint8Array.of(0, 60, 0, 192) },
      ],
      quantizationAnnotation: [{ tensorName: "h", quantParameterTensorNames: [{ key: "SCALE_TENSOR", value: "w" }] }],
      node: [
        { opType: "Add", input: ["x", "w"], output: ["h"], name: "add", docString: "adds" },
        {
          opType: "If",
          input: ["c"],
          output: ["y"],
          attribute: [
            {
              name: "then_branch",
              type: 5,
              g: { name: "then", node: [{ opType: "Neg", input: ["h"], output: ["n"] }], output: [{ name: "n" }] },
            },
            {
              name: "else_branch",
              type: 5,
              g: {
                name: "else",
                node: [
                  {
                    opType: "Pad",
                    input: ["h"],
                    output: ["p"],
                    attribute: [
                      { name: "pads", type: 7, ints: [0, -1, 0, 1] },
                      { name: "mode", type: 3, s: Buffer.from("constant") },
                      { name: "value", type: 1, f: 0.25 },
                      { name: "scales", type: 6, floats: [1, 0.5] },
                    ],
                  },
                ],
                output: [{ name: "p" }],
              },
            },
          ],
        },
      ],
    },
  });
  const bytes = onnx.ModelProto.encode(message).finish();
  const plain = (encoded: Uint8Array) =>
    onnx.ModelProto.toObject(onnx.ModelProto.decode(encoded), { longs: String, bytes: String });

  test("its file reads, and is written as it was", () => {
    const model = read(bytes);
    expect(model).toMatchObject({ formatVersion: 8, opsets: new Map([["onnx", 15]]), metadata: new Map([["a", "ü"]]) });
    expect(Buffer.compare(encodeModel(model), bytes)).toBe(0);
  });

  test("it reads what is encoded anew as the same message, but for data that is raw now", () => {
    const typed = (tensor: onnx.ITensorProto | null | undefined) => ({
      ...tensor,
      floatData: [],
      int64Data: [],
      rawData: "",
    });
    const withoutData = (object: { graph?: onnx.IGraphProto | null }) => ({
      ...object,
      graph: { ...object.graph, initializer: object.graph?.initializer?.map(typed) },
    });
    const again = plain(encodeAnew(read(bytes)));
    expect(withoutData(again)).toEqual(withoutData(plain(bytes)));
    const decoded = onnx.ModelProto.decode(encodeAnew(read(bytes)));
    const raw = decoded.graph!.initializer!.map(({ rawData }) => Buffer.from(rawData!).toString("hex"));
    expect(raw).toEqual(["0000803f00000040", "ffffffffffffffff0000000000000000", "003c00c0"]);
  });
});

test("a file is written as it was read, its time of day aside", () => {
  const [first, second] = [join(folder, "a.onnx"), join(folder, "b.onnx")];
  writeModel(read(samples.everything), first);
  expect(writeModel(readModel(first), second)).toEqual({
    files: [{ path: second, sizeBytes: samples.everything.length }],
  });
  expect(readFileSync(second).equals(samples.everything)).toBe(true);
});

test("graphs may be nested 64 deep, not 65", () => {
  expect(read(nestedIf(63)).graph.nodeCount).toBe(1);
  expect(() => read(nestedIf(64))).toThrow(
    /^ONNX_DEPTH at graph.*: graphs are nested too deeply \(expected at most 64 levels\)\./,
  );
  expect(() => read(nestedIf(300))).toThrow("ONNX_DEPTH");
});
