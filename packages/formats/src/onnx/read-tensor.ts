import type { SparseTensor } from "@pare/ir";
import { type ByteSource, byteSize, type DType, dtypes, elementCount, SliceSource, type Tensor } from "@pare/tensor";
import { contentError, tensorDataError } from "../errors.ts";
import { dtypeOf, typedFieldOf } from "./dtypes.ts";
import { absentData, type ExternalFiles } from "./external-files.ts";
import type { Message } from "./message.ts";
import { type ExternalPlace, sparseOrigins, tensorOrigins } from "./origin.ts";
import { readEntries } from "./read-entries.ts";
import { type FieldSpec, schema } from "./schema.ts";
import { StringDataSource } from "./string-data.ts";
import { TypedDataSource } from "./typed-data.ts";

const proto = schema.TensorProto;
const mostAxes = 64;
/** Data of at most that size is counted when the tensor is read; larger data when it is used. */
const countedBytes = 64 * 1024;

export interface NamedTensor {
  readonly name: string;
  readonly tensor: Tensor;
}

/** A TensorProto. Its data is not read: the tensor refers to the bytes in the file, or in the external file. */
export function readTensor(message: Message, files: ExternalFiles): NamedTensor {
  const name = message.text(proto.name) ?? "";
  const place = `${message.place}${name === "" ? "" : ` ${JSON.stringify(name)}`} in ${message.wire.name}`;
  const dataType = message.int(proto.data_type) ?? 0;
  const dtype = dtypeOf(dataType);
  if (dtype === undefined)
    throw contentError(place, "the tensor has an unknown element type", { expected: "1 to 28", got: `${dataType}` });
  const shape = readSizes(message, proto.dims, place);
  const count = elementCount(shape);
  const sizeBytes = byteSize(dtype, count) ?? count;
  if (!Number.isSafeInteger(count * 16))
    throw contentError(place, "the tensor is absurdly large", { got: `shape [${shape.join(", ")}]` });
  const outside = message.int(proto.data_location) === 1 ? readExternal(message, dtype, sizeBytes, place) : undefined;
  if (outside !== undefined && files.areAbsent)
    return { name, tensor: { dtype, shape, source: absentData(outside, place) } };
  const external = outside && files.range(outside, place);
  const source = external
    ? new SliceSource(external.file, external.offset, external.length)
    : inlineData(message, { dataType, dtype, count, sizeBytes, place });
  const tensor: Tensor = { dtype, shape, source };
  tensorOrigins.set(tensor, { wire: message.wire, spans: message.spans, name, external });
  return { name, tensor };
}

/** Sizes that must be numbers: of a tensor. @throws ONNX_CONTENT */
function readSizes(message: Message, spec: FieldSpec, place: string): number[] {
  const sizes: number[] = [];
  for (const size of integers(message, spec)) {
    if (size === undefined || size < 0)
      throw contentError(place, "the tensor has an impossible size", {
        got: size === undefined ? "above 2^53" : `${size}`,
      });
    if (sizes.push(size) > mostAxes)
      throw contentError(place, "the tensor has too many axes", { expected: `at most ${mostAxes}` });
  }
  return sizes;
}

/** A repeated integer, packed or not; undefined where it is beyond ±2^53. */
function* integers(message: Message, spec: FieldSpec): Generator<number | undefined> {
  const { wire } = message;
  for (const field of message.all(spec)) {
    for (let at = field.from; at < field.to; ) {
      at = wire.varint(at, field.to);
      yield wire.safeInteger;
    }
  }
}

interface Wanted {
  readonly dataType: number;
  readonly dtype: DType;
  readonly count: number;
  readonly sizeBytes: number;
  readonly place: string;
}

function inlineData(message: Message, wanted: Wanted): ByteSource {
  const { dtype, sizeBytes, place } = wanted;
  const raw = message.last(proto.raw_data);
  const typed = proto[typedFieldOf(wanted.dataType)!];
  const isRaw = raw !== undefined && (raw.to > raw.from || !message.has(typed));
  if (!isRaw) return dtype === "string" ? stringData(message, wanted) : typedData(message, typed, wanted);
  if (dtype === "string") throw contentError(place, "strings cannot stand in raw_data");
  if (raw.to - raw.from !== sizeBytes) throw lengthError(wanted, raw.to - raw.from);
  return new SliceSource(message.wire.source, raw.from, sizeBytes);
}

function stringData(message: Message, { count, place }: Wanted): ByteSource {
  const runs = message.runs.filter(({ id }) => id === proto.string_data.id);
  const source = new StringDataSource(message.wire, runs);
  if (source.count !== count)
    throw tensorDataError(place, "it has another number of strings", `${count}`, `${source.count}`);
  return source;
}

/** One packed run of floats is used as it lies; everything else is decoded as it is read. */
function typedData(message: Message, typed: FieldSpec, wanted: Wanted): ByteSource {
  const { wire } = message;
  const { dtype, count, sizeBytes, place } = wanted;
  const runs = message.runs.filter(({ id }) => id === typed.id);
  const run = runs[0];
  const scalarWire = typed.kind === "float" ? 5 : typed.kind === "double" ? 1 : 0;
  if (run !== undefined && run.wire === 2 && runs.length === 1 && run.count === 1 && scalarWire !== 0) {
    if (run.to - run.from !== sizeBytes) throw lengthError(wanted, run.to - run.from);
    return new SliceSource(wire.source, run.from, sizeBytes);
  }
  const bits = storedBits(dtype);
  const values = bits === 6 ? count : (sizeBytes * 8) / bits;
  const source = new TypedDataSource(wire, runs, { dtype, count: values, bits, wire: scalarWire }, place);
  const isCounted = source.storedBytes <= countedBytes;
  const got = isCounted ? source.countValues() : Math.min(values, source.storedBytes);
  if (got !== values)
    throw tensorDataError(place, `its ${typed.kind} data does not fit its shape`, `${values} values`, `${got}`);
  return source;
}

/** The width in raw_data of one stored value: a byte holds two or four of the narrowest elements. */
function storedBits(dtype: DType): 6 | 8 | 16 | 32 | 64 {
  const { bits } = dtypes[dtype];
  if (bits === 6 || bits === 16 || bits === 32) return bits;
  if (bits === 64) return dtype === "complex64" ? 32 : 64;
  return bits === 128 ? 64 : 8;
}

function lengthError({ count, dtype, sizeBytes, place }: Wanted, got: number): Error {
  return tensorDataError(place, `its data does not fit ${count} elements of ${dtype}`, `${sizeBytes} bytes`, `${got}`);
}

/** Recognised keys: location, offset, length. The length is known from the shape, and must agree where it is given. */
function readExternal(message: Message, dtype: DType, sizeBytes: number, place: string): ExternalPlace {
  if (dtype === "string") throw contentError(place, "strings cannot stand in external data");
  const entries = readEntries(message, proto.external_data);
  const location = entries.get("location");
  if (location === undefined) throw contentError(place, "its external data has no location");
  const number = (key: string) => {
    const text = entries.get(key);
    if (text === undefined || text === "") return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!Number.isSafeInteger(value))
      throw contentError(place, `the ${key} of its external data is no size`, { got: text });
    return value;
  };
  const length = number("length") ?? sizeBytes;
  if (length !== sizeBytes)
    throw tensorDataError(place, "its external data does not fit its shape", `${sizeBytes} bytes`, `${length}`);
  return { location, offset: number("offset") ?? 0, length };
}

/** A SparseTensorProto; its name is that of its values. */
export function readSparseTensor(message: Message, files: ExternalFiles): { name: string; tensor: SparseTensor } {
  const place = `${message.place} in ${message.wire.name}`;
  const { values, indices, dims } = schema.SparseTensorProto;
  const part = (spec: typeof values, label: string) => {
    const child = message.child(spec, ` ${label}`);
    if (child === undefined) throw contentError(place, `the sparse tensor has no ${label}`);
    return readTensor(child, files);
  };
  const { name, tensor } = part(values, "values");
  const sparse: SparseTensor = {
    values: tensor,
    indices: part(indices, "indices").tensor,
    shape: readSizes(message, dims, place),
  };
  sparseOrigins.set(sparse, { wire: message.wire, spans: message.spans });
  return { name, tensor: sparse };
}
