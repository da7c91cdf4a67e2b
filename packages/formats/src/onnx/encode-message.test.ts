import { expect, test } from "vitest";
import { encodeMessage, packed, unpacked } from "./encode-message.ts";
import { fieldById, isScalarKind, type MessageName, schema } from "./schema.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

test.each([
  ["fields in the order given", "OperatorSetIdProto", { version: 3, domain: "a" }, "10030a0161"],
  [
    "a message in a message",
    "SparseTensorProto",
    { values: { name: "v" }, dims: [1, 300] },
    "0a0342017618011" + "8ac02",
  ],
  ["packed by the schema", "TensorProto", { int64_data: [1, -1] }, "3a0b01ffffffffffffffffff01"],
  ["unpacked on demand", "TensorProto", { int64_data: unpacked([1, 2]) }, "38013802"],
  ["packed on demand", "TensorProto", { dims: packed([1, 2]) }, "0a020102"],
  ["floats and doubles", "TensorProto", { float_data: [1], double_data: [1] }, "22040000803f5208000000000000f03f"],
  [
    "bytes and unknown bytes",
    "TensorProto",
    { raw_data: Uint8Array.of(7), unknown: Uint8Array.of(8, 9) },
    "4a01070809",
  ],
  ["what is undefined is left out", "TensorProto", { name: undefined }, ""],
] as const)("%s", (_, type, object, expected) => {
  expect(hex(encodeMessage(type, object))).toBe(expected);
});

test("a field that does not exist is an error", () => {
  expect(() => encodeMessage("NodeProto", { inputs: ["x"] })).toThrow(
    "ONNX_UNWRITABLE at NodeProto.inputs: there is no such field.",
  );
});

test("the schema is whole: numbers are unique in a message, every message that is named exists", () => {
  for (const [name, fields] of Object.entries(schema)) {
    const specs = Object.values(fields);
    expect(new Set(specs.map(({ id }) => id)).size, name).toBe(specs.length);
    for (const { id, kind } of specs) {
      expect(isScalarKind(kind) || kind in schema, `${name}: ${kind}`).toBe(true);
      expect(fieldById(name as MessageName, id)?.id).toBe(id);
    }
  }
  const fields = Object.values(schema).reduce((sum, message) => sum + Object.keys(message).length, 0);
  expect([Object.keys(schema).length, fields]).toEqual([28, 134]);
});
