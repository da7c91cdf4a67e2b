import type { Attr, AttrKind, Attrs, Graph, ValueType } from "@pare/ir";
import { contentError } from "../errors.ts";
import type { ExternalFiles } from "./external-files.ts";
import type { Message } from "./message.ts";
import { attrOrigins, typeOrigins } from "./origin.ts";
import { readSparseTensor, readTensor } from "./read-tensor.ts";
import { readType } from "./read-type.ts";
import { type FieldSpec, schema } from "./schema.ts";

const proto = schema.AttributeProto;

/** AttributeProto.AttributeType by number, and the field that holds the value. */
export const attributeKinds: readonly { number: number; kind: AttrKind; field: FieldSpec }[] = [
  { number: 1, kind: "float", field: proto.f },
  { number: 2, kind: "int", field: proto.i },
  { number: 3, kind: "string", field: proto.s },
  { number: 4, kind: "tensor", field: proto.t },
  { number: 5, kind: "graph", field: proto.g },
  { number: 6, kind: "floats", field: proto.floats },
  { number: 7, kind: "ints", field: proto.ints },
  { number: 8, kind: "strings", field: proto.strings },
  { number: 9, kind: "tensors", field: proto.tensors },
  { number: 10, kind: "graphs", field: proto.graphs },
  { number: 11, kind: "sparse-tensor", field: proto.sparse_tensor },
  { number: 12, kind: "sparse-tensors", field: proto.sparse_tensors },
  { number: 13, kind: "type", field: proto.tp },
  { number: 14, kind: "types", field: proto.type_protos },
];

/** What reading attributes needs of the graph around them. */
export interface AttributeContext {
  readonly files: ExternalFiles;
  /** Reads a graph that is the value of an attribute of the node being read. */
  graph(message: Message): Graph;
}

/** @throws ONNX_CONTENT when a name stands twice */
export function readAttributes(message: Message, spec: FieldSpec, context: AttributeContext): Attrs {
  const attrs = new Map<string, Attr>();
  for (const field of message.listed(spec)) {
    const attribute = message.wire.message([field], "AttributeProto", message.place);
    const name = attribute.text(proto.name) ?? "";
    const place = `${message.place} attribute ${name}`;
    if (attrs.has(name)) throw contentError(`${place} in ${message.wire.name}`, "the attribute is given twice");
    const attr = readAttribute(attribute.named(place), context);
    attrs.set(name, attr);
    attrOrigins.set(attr, { wire: message.wire, spans: [{ from: field.from, to: field.to }], name });
  }
  return attrs;
}

function readAttribute(message: Message, context: AttributeContext): Attr {
  const kind = kindOf(message);
  const reference = message.text(proto.ref_attr_name) ?? "";
  if (reference !== "") return { kind: "reference", name: reference, of: kind };
  return readValue(message, kind, context);
}

/** The stated type; files of IR version 1 state none, then the field that is there decides. */
function kindOf(message: Message): AttrKind {
  const stated = message.int(proto.type) ?? 0;
  const found = stated === 0 ? attributeKinds.find(({ field }) => message.has(field)) : undefined;
  const kind = found ?? attributeKinds.find(({ number }) => number === stated);
  if (kind !== undefined) return kind.kind;
  if (stated === 0) return "ints";
  throw contentError(`${message.place} in ${message.wire.name}`, "the attribute has an unknown type", {
    expected: "1 to 14",
    got: `${stated}`,
  });
}

function readValue(message: Message, kind: AttrKind, context: AttributeContext): Attr {
  const { files } = context;
  switch (kind) {
    case "float":
      return { kind, value: message.float(proto.f) ?? 0 };
    case "int":
      return { kind, value: message.int64(proto.i) ?? 0n };
    case "string":
      return readString(message);
    case "floats":
    case "ints":
    case "strings":
      return readList(message, kind);
    case "tensor":
      return { kind, tensor: readTensor(only(message, proto.t), files).tensor };
    case "tensors":
      return { kind, tensors: each(message, proto.tensors, (child) => readTensor(child, files).tensor) };
    case "sparse-tensor":
      return { kind, tensor: readSparseTensor(only(message, proto.sparse_tensor), files).tensor };
    case "sparse-tensors":
      return { kind, tensors: each(message, proto.sparse_tensors, (child) => readSparseTensor(child, files).tensor) };
    case "graph":
      return { kind, graph: context.graph(only(message, proto.g)) };
    case "graphs":
      return { kind, graphs: each(message, proto.graphs, (child) => context.graph(child)) };
    case "type":
      return { kind, type: typeOf(only(message, proto.tp)) };
    case "types":
      return { kind, types: each(message, proto.type_protos, typeOf) };
  }
}

type MessageSpec = Parameters<Message["child"]>[0];

function only(message: Message, spec: MessageSpec): Message {
  const child = message.child(spec, "");
  if (child !== undefined) return child;
  throw contentError(
    `${message.place} in ${message.wire.name}`,
    "the attribute's type asks for a value that is not there",
  );
}

function each<T>(message: Message, spec: MessageSpec, read: (child: Message) => T): T[] {
  return Array.from(message.listed(spec), (field, i) =>
    read(message.wire.message([field], spec.kind, `${message.place}[${i}]`)),
  );
}

/** A type that says nothing is a tensor of which nothing is known. */
function typeOf(message: Message): ValueType {
  const type = readType(message) ?? { kind: "tensor", dtype: undefined, shape: undefined };
  typeOrigins.set(type, { wire: message.wire, spans: message.spans });
  return type;
}

/** Above that many bytes a list (a tree ensemble's tables) or a string (an engine's blob) is read when asked for. */
const eagerBytes = 4096;

function readString(message: Message): Attr {
  const field = message.last(proto.s) ?? { from: 0, to: 0 };
  const read = once(() => message.wire.bytes(field));
  if (field.to - field.from <= eagerBytes) return { kind: "string", value: read() };
  return {
    kind: "string",
    get value() {
      return read();
    },
  };
}

function readList(message: Message, kind: "floats" | "ints" | "strings"): Attr {
  if (kind === "floats") return list(message, kind, () => Array.from(floats(message)));
  if (kind === "ints") return list(message, kind, () => Array.from(integers(message)));
  return list(message, kind, () => Array.from(message.all(proto.strings), (field) => message.wire.bytes(field)));
}

function list<K extends "floats" | "ints" | "strings", T>(message: Message, kind: K, read: () => readonly T[]) {
  const runs = message.runs.filter(({ id }) => id === proto[kind].id);
  const sizeBytes = runs.reduce((sum, { start, to }) => sum + to - start, 0);
  if (sizeBytes <= eagerBytes) return { kind, values: read() };
  const values = once(read);
  return {
    kind,
    get values() {
      return values();
    },
  };
}

/** Packed or not: a payload holds one number or many. */
function* integers(message: Message): Generator<bigint> {
  const { wire } = message;
  for (const { from, to } of message.all(proto.ints)) {
    for (let at = from; at < to; ) {
      at = wire.varint(at, to);
      yield wire.int64;
    }
  }
}

function* floats(message: Message): Generator<number> {
  const { wire } = message;
  for (const { from, to } of message.all(proto.floats)) {
    if ((to - from) % 4 !== 0) throw wire.error(from, "a list of floats is cut off", message.place);
    for (let at = from; at < to; at += 4) yield wire.float(at);
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
