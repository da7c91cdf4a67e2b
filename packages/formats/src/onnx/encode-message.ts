import { cannotWriteError } from "../errors.ts";
import { Rope } from "./rope.ts";
import { ropeBytes } from "./save.ts";
import { type FieldSpec, isScalarKind, type MessageName, type ScalarKind, schema, wireType } from "./schema.ts";

/** What `encodeMessage` takes: fields by the names of onnx.proto, in the order in which they shall be written. */
export interface MessageObject {
  readonly [field: string]: FieldValue | undefined;
}

type Single = number | bigint | boolean | string | Uint8Array | MessageObject;
export type FieldValue = Single | readonly Single[] | Listed;

interface Listed {
  readonly listing: "packed" | "unpacked";
  readonly values: ArrayLike<number | bigint>;
}

/** A repeated number as one run, whatever the schema's own choice. */
export const packed = (values: ArrayLike<number | bigint>): Listed => ({ listing: "packed", values });
/** A repeated number with a tag for each. */
export const unpacked = (values: ArrayLike<number | bigint>): Listed => ({ listing: "unpacked", values });

/**
 * Encodes a plain object: for fixtures that need every exporter's habits, field order and packing included. The key
 * "unknown" takes bytes that are put in as they are.
 * @throws ONNX_UNWRITABLE for a field that the message does not have
 */
export function encodeMessage(type: MessageName, object: MessageObject): Uint8Array {
  return ropeBytes(encode(type, object));
}

function encode(type: MessageName, object: MessageObject): Rope {
  const rope = new Rope();
  const fields: Readonly<Record<string, FieldSpec>> = schema[type];
  for (const [name, value] of Object.entries(object)) {
    const spec = fields[name];
    if (value === undefined) continue;
    if (name === "unknown" && value instanceof Uint8Array) rope.bytes(value);
    else if (spec === undefined) throw cannotWriteError(`${type}.${name}`, "there is no such field");
    else encodeField(rope, spec, value);
  }
  return rope;
}

function encodeField(rope: Rope, spec: FieldSpec, value: FieldValue): void {
  const listed = typeof value === "object" && "listing" in value && "values" in value ? (value as Listed) : undefined;
  const values = listed?.values ?? (Array.isArray(value) ? value : [value]);
  const isPacked = listed === undefined ? spec.repeat === "packed" : listed.listing === "packed";
  if (isPacked) {
    const run = new Rope();
    for (const item of Array.from(values)) encodeScalar(run, spec.kind, item);
    rope.field(spec, run);
  } else for (const item of Array.from<Single>(values as ArrayLike<Single>)) encodeSingle(rope, spec, item);
}

function encodeSingle(rope: Rope, spec: FieldSpec, value: Single): void {
  if (!isScalarKind(spec.kind)) rope.field(spec, encode(spec.kind, value as MessageObject));
  else {
    const payload = new Rope();
    encodeScalar(payload, spec.kind, value);
    if (wireType(spec) === 2) rope.field(spec, payload);
    else rope.tag(spec, wireType(spec)).rope(payload);
  }
}

function encodeScalar(rope: Rope, kind: ScalarKind | MessageName, value: Single): void {
  if (kind === "string" || kind === "bytes")
    rope.bytes(value instanceof Uint8Array ? value : new TextEncoder().encode(String(value)));
  else if (kind === "float") rope.float(Number(value));
  else if (kind === "double") rope.bytes(new Uint8Array(Float64Array.of(Number(value)).buffer));
  else rope.varint(typeof value === "bigint" ? value : Number(value));
}
