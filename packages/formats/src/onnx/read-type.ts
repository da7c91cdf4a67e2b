import type { Dim, ValueType } from "@pare/ir";
import { depthError } from "../errors.ts";
import { dtypeOf } from "./dtypes.ts";
import type { Message } from "./message.ts";
import { typeOrigins } from "./origin.ts";
import { schema } from "./schema.ts";
import { dimOfParam } from "./text.ts";

const deepestType = 32;
const mostAxes = 64;
const proto = schema.TypeProto;
const cases = [
  proto.tensor_type,
  proto.sequence_type,
  proto.map_type,
  proto.optional_type,
  proto.sparse_tensor_type,
  proto.opaque_type,
] as const;

/** A TypeProto; undefined where it says nothing. An element type of the future and a size below zero count as unknown. */
export function readType(message: Message, depth = 0): ValueType | undefined {
  const { wire, place } = message;
  if (depth > deepestType) throw depthError(`${place} in ${wire.name}`, "types", deepestType);
  // Of a oneof, the member that stands last counts.
  const last = message.runs.findLast((run) => cases.some(({ id }) => id === run.id));
  const chosen = cases.find(({ id }) => id === last?.id);
  const inner = chosen && message.child(chosen, "");
  if (chosen === undefined || inner === undefined) return undefined;
  const type = readCase(chosen, inner, depth);
  typeOrigins.set(type, { wire, spans: message.spans });
  return type;
}

function readCase(chosen: (typeof cases)[number], inner: Message, depth: number): ValueType {
  const nested = (spec: Parameters<Message["child"]>[0]) => {
    const child = inner.child(spec, "");
    return child && readType(child, depth + 1);
  };
  switch (chosen) {
    case proto.sequence_type:
      return { kind: "sequence", element: nested(schema["TypeProto.Sequence"].elem_type) };
    case proto.optional_type:
      return { kind: "optional", element: nested(schema["TypeProto.Optional"].elem_type) };
    case proto.map_type: {
      const { key_type, value_type } = schema["TypeProto.Map"];
      return { kind: "map", key: dtypeOf(inner.int(key_type) ?? 0), value: nested(value_type) };
    }
    case proto.opaque_type: {
      const { domain, name } = schema["TypeProto.Opaque"];
      return { kind: "opaque", domain: inner.text(domain) ?? "", name: inner.text(name) ?? "" };
    }
    default: {
      const { elem_type, shape } = schema["TypeProto.Tensor"];
      const kind = chosen === proto.tensor_type ? "tensor" : "sparse-tensor";
      const sizes = inner.child(shape, "");
      return { kind, dtype: dtypeOf(inner.int(elem_type) ?? 0), shape: sizes && readShape(sizes) };
    }
  }
}

function readShape(message: Message): Dim[] {
  const { wire, place } = message;
  return Array.from(message.listed(schema.TensorShapeProto.dim, mostAxes), (field) =>
    readDim(wire.message([field], "Dimension", place)),
  );
}

export function readDim(message: Message): Dim {
  const { dim_value, dim_param } = schema.Dimension;
  const last = message.runs.findLast(({ id }) => id === dim_value.id || id === dim_param.id);
  if (last?.id === dim_param.id) return dimOfParam(message.text(dim_param) ?? "");
  const size = message.int(dim_value);
  return size === undefined || size < 0 ? undefined : size;
}
