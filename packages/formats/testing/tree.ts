import { MemorySource } from "@pare/tensor";
import { Rope } from "../src/onnx/rope.ts";
import { ropeBytes } from "../src/onnx/save.ts";
import { fieldById, isScalarKind, type MessageName } from "../src/onnx/schema.ts";
import { type Span, WireReader } from "../src/onnx/wire.ts";

/** A field with what it holds: other fields, or bytes. Lengths are made when it is written, so edits stay well-formed. */
export interface TreeField {
  readonly id: number;
  readonly wire: 0 | 1 | 2 | 3 | 5;
  readonly fields?: TreeField[];
  bytes: Uint8Array;
}

export function treeOf(bytes: Uint8Array): TreeField[] {
  const wire = new WireReader(new MemorySource(bytes), "tree");
  const read = (span: Span, type: MessageName): TreeField[] =>
    Array.from(wire.fields(span), (field) => {
      const kind = fieldById(type, field.id)?.kind;
      const isMessage = kind !== undefined && !isScalarKind(kind) && field.wire === 2;
      const { id, wire: wireType, from, to } = field;
      const payload = bytes.subarray(wireType === 3 ? field.start : from, to);
      return { id, wire: wireType, bytes: payload, ...(isMessage && { fields: read(field, kind) }) };
    });
  return read({ from: 0, to: bytes.length }, "ModelProto");
}

export function treeBytes(fields: readonly TreeField[]): Uint8Array {
  return ropeBytes(write(fields));
}

function write(fields: readonly TreeField[]): Rope {
  const rope = new Rope();
  for (const { id, wire, fields: inner, bytes } of fields) {
    if (inner !== undefined) rope.field({ id }, write(inner));
    else if (wire === 2) rope.bytesField({ id }, bytes);
    else if (wire === 3) rope.bytes(bytes);
    else rope.tag({ id }, wire).bytes(bytes);
  }
  return rope;
}

/** Every list of fields in a tree, the outermost first. */
export function* fieldLists(fields: TreeField[]): Generator<TreeField[]> {
  yield fields;
  for (const { fields: inner } of fields) if (inner !== undefined) yield* fieldLists(inner);
}
