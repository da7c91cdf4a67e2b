import type { Dim, ValueType } from "@pare/ir";
import { dataTypeOf } from "./dtypes.ts";
import { asRead, change, changeInt, changeOne, changeText, dropped, type FieldChange, layout } from "./layout.ts";
import type { Message } from "./message.ts";
import { type Origin, typeOrigins } from "./origin.ts";
import { readDim } from "./read-type.ts";
import type { Rope } from "./rope.ts";
import { type FieldSpec, schema } from "./schema.ts";
import { paramOfDim } from "./text.ts";

const proto = schema.TypeProto;

/**
 * A TypeProto. `previous`: the type that stood there; its denotations and unknown fields stay.
 * With `reuse`, a type that was read is written as its own bytes.
 */
export function encodeType(type: ValueType, reuse: boolean, previous?: Origin): Rope {
  const own = typeOrigins.get(type);
  if (own !== undefined && reuse) return asRead(own);
  const before = previous ?? own;
  const message = before?.wire.message(before.spans, "TypeProto", "type");
  const [spec, encode] = caseOf(type, reuse);
  const others = Object.values(proto).filter((field) => field.kind !== "string" && field !== spec);
  const inner = message?.child(spec, "");
  return layout(before, [changeOne(spec, type, () => encode(inner)), ...others.map(dropped)]);
}

type CaseSpec = Exclude<(typeof proto)[keyof typeof proto], { kind: "string" }>;
type Encode = (before: Message | undefined) => Rope;

function caseOf(type: ValueType, reuse: boolean): [CaseSpec, Encode] {
  const nested = (spec: FieldSpec, element: ValueType | undefined) =>
    changeOne(spec, element, (known) => encodeType(known, reuse));
  const fields =
    (...changes: FieldChange[]): Encode =>
    (before) =>
      layout(before, changes);
  switch (type.kind) {
    case "tensor":
      return [proto.tensor_type, (before) => encodeTensorType(type, before)];
    case "sparse-tensor":
      return [proto.sparse_tensor_type, (before) => encodeTensorType(type, before)];
    case "sequence":
      return [proto.sequence_type, fields(nested(schema["TypeProto.Sequence"].elem_type, type.element))];
    case "optional":
      return [proto.optional_type, fields(nested(schema["TypeProto.Optional"].elem_type, type.element))];
    case "map": {
      const { key_type, value_type } = schema["TypeProto.Map"];
      return [proto.map_type, fields(changeInt(key_type, dataTypeOf(type.key)), nested(value_type, type.value))];
    }
    case "opaque": {
      const { domain, name } = schema["TypeProto.Opaque"];
      return [proto.opaque_type, fields(changeText(domain, type.domain), changeText(name, type.name))];
    }
  }
}

function encodeTensorType(type: ValueType & { kind: "tensor" | "sparse-tensor" }, before: Message | undefined): Rope {
  const { elem_type, shape } = schema["TypeProto.Tensor"];
  const dims = before?.child(shape, "");
  const changes = [changeOne(shape, type.shape, (sizes) => encodeShape(sizes, dims))];
  // An element type that this program does not know stays as it is.
  if (type.dtype !== undefined || before === undefined) changes.unshift(changeInt(elem_type, dataTypeOf(type.dtype)));
  return layout(before, changes);
}

function encodeShape(sizes: readonly Dim[], before: Message | undefined): Rope {
  const { dim } = schema.TensorShapeProto;
  const old =
    before === undefined
      ? []
      : Array.from(before.all(dim), (field) => before.wire.message([field], "Dimension", "type"));
  const isSameRank = old.length === sizes.length;
  const items = sizes.map((size, i) => ({ size, before: isSameRank ? old[i] : undefined }));
  let at = 0;
  return layout(before, [
    change(dim, {
      items,
      ordered: true,
      match: () => items[at++],
      payload: (item) => encodeDim(item.size, item.before),
    }),
  ]);
}

/** A size that is as it was keeps its bytes: unknown has several spellings in files. */
function encodeDim(size: Dim, before: Message | undefined): Rope {
  const { dim_value, dim_param } = schema.Dimension;
  if (before !== undefined && readDim(before) === size) return asRead(before);
  const param = typeof size === "string" ? (paramOfDim(size) ?? "") : "";
  return layout(before, [
    changeInt(dim_value, typeof size === "number" ? size : undefined),
    changeText(dim_param, param),
  ]);
}

/** Whether two types say the same. */
export function sameType(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.kind !== b.kind) return false;
  if (a.kind === "tensor" || a.kind === "sparse-tensor") {
    const { dtype, shape } = b as typeof a;
    return a.dtype === dtype && sameShape(a.shape, shape);
  }
  if (a.kind === "sequence" || a.kind === "optional") return sameType(a.element, (b as typeof a).element);
  if (a.kind === "map") return a.key === (b as typeof a).key && sameType(a.value, (b as typeof a).value);
  return a.domain === (b as typeof a).domain && a.name === (b as typeof a).name;
}

function sameShape(a: readonly Dim[] | undefined, b: readonly Dim[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
