import type { SparseTensor } from "@pare/ir";
import { stringBytes, type Tensor } from "@pare/tensor";
import { dataTypeOf } from "./dtypes.ts";
import { asRead, change, changeInt, changeOne, changeText, dropped, type FieldChange, layout } from "./layout.ts";
import { type ExternalPlace, sparseOrigins, type TensorOrigin, tensorOrigins } from "./origin.ts";
import { Rope } from "./rope.ts";
import { schema } from "./schema.ts";
import { StringDataSource } from "./string-data.ts";
import { TypedDataSource } from "./typed-data.ts";
import type { Writing } from "./writing.ts";

const proto = schema.TensorProto;
const typedFields = [
  proto.float_data,
  proto.int32_data,
  proto.string_data,
  proto.int64_data,
  proto.double_data,
  proto.uint64_data,
];

/** A TensorProto. `name`: default the one that it was read with. */
export function encodeTensor(tensor: Tensor, writing: Writing, name?: string): Rope {
  const origin = tensorOrigins.get(tensor);
  const label = name ?? origin?.name ?? "";
  const place = writing.placeOf(tensor);
  const isRenamed = origin?.name !== label;
  const isMoved = origin === undefined || !samePlace(origin.external, place);
  if (origin !== undefined && writing.reuse && !isRenamed && !isMoved) return asRead(origin);
  const isNew = origin === undefined || !writing.reuse;
  const changes: FieldChange[] = [];
  if (isNew) changes.push(changeDims(tensor.shape), changeInt(proto.data_type, dataTypeOf(tensor.dtype)));
  if (isNew || isRenamed) changes.push(changeText(proto.name, label));
  if (!isNew && !isMoved) return layout(origin, changes);
  const data = [...typedFields, proto.raw_data, proto.external_data, proto.data_location];
  const rope = layout(origin, [...changes, ...data.map(dropped)]);
  if (place !== undefined) return rope.rope(externalFields(place, origin));
  return rope.rope(dataFields(tensor, writing.reuse));
}

function changeDims(shape: readonly number[]): FieldChange {
  const items = shape.map((size) => ({ size }));
  return change(proto.dims, { items, payload: ({ size }) => new Rope().varint(size) });
}

function samePlace(a: ExternalPlace | undefined, b: ExternalPlace | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.location === b.location && a.offset === b.offset && a.length === b.length;
}

/** New data is written as raw_data. Data that is still encoded in a typed field is copied so: it is often smaller. */
function dataFields(tensor: Tensor, reuse: boolean): Rope {
  const { dtype, source } = tensor;
  const rope = new Rope();
  if (reuse && source instanceof StringDataSource && dtype === "string") return copyRuns(rope, source);
  if (dtype === "string") {
    for (const text of stringBytes(tensor)) rope.bytesField(proto.string_data, text);
    return rope;
  }
  if (reuse && source instanceof TypedDataSource) {
    if (source.dtype === dtype && source.storedBytes <= source.size) return copyRuns(rope, source);
  }
  return rope.tag(proto.raw_data, 2).varint(source.size).range(source);
}

function copyRuns(rope: Rope, { wire, runs }: Pick<TypedDataSource, "wire" | "runs">): Rope {
  for (const { start, to } of runs) rope.range(wire.source, { from: start, to });
  return rope;
}

/** Keys that are not ours stay, but for the checksum, which is one of the whole file. */
function externalFields(place: ExternalPlace, origin: TensorOrigin | undefined): Rope {
  const { key, value } = schema.StringStringEntryProto;
  const rope = new Rope();
  const entries = { location: place.location, offset: `${place.offset}`, length: `${place.length}` };
  for (const [name, text] of Object.entries(entries))
    rope.field(proto.external_data, new Rope().text(key, name).text(value, text));
  const message = origin?.wire.message(origin.spans, "TensorProto", "tensor");
  for (const field of message?.all(proto.external_data) ?? []) {
    const name = origin?.wire.message([field], "StringStringEntryProto", "tensor").text(key) ?? "";
    if (origin && name !== "checksum" && !Object.hasOwn(entries, name))
      rope.field(proto.external_data, new Rope().range(origin.wire.source, field));
  }
  return rope.int(proto.data_location, 1);
}

/** A SparseTensorProto; `name` is that of its values. */
export function encodeSparseTensor(sparse: SparseTensor, writing: Writing, name?: string): Rope {
  const { values, indices, dims } = schema.SparseTensorProto;
  const origin = sparseOrigins.get(sparse);
  const changes = [
    changeOne(values, sparse.values, (tensor) => encodeTensor(tensor, writing, name)),
    changeOne(indices, sparse.indices, (tensor) => encodeTensor(tensor, writing)),
  ];
  if (origin === undefined || !writing.reuse) {
    const items = sparse.shape.map((size) => ({ size }));
    changes.push(change(dims, { items, payload: ({ size }) => new Rope().varint(size) }));
  }
  return layout(origin, changes);
}
