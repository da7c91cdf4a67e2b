/** NumPy's .npy: a magic, a header in the notation of Python, the elements. */
import { type ByteSource, byteSize, type DType, elementCount } from "@pare/tensor";
import { arrayFileError } from "../errors.ts";

export interface NpyArray {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly source: ByteSource;
  /** Byte of the first element. */
  readonly start: number;
}

const dtypes: Readonly<Record<string, DType>> = {
  f2: "float16",
  f4: "float32",
  f8: "float64",
  i1: "int8",
  i2: "int16",
  i4: "int32",
  i8: "int64",
  u1: "uint8",
  u2: "uint16",
  u4: "uint32",
  u8: "uint64",
  b1: "bool",
};

/** @throws DATA_ARRAY */
export function readNpy(source: ByteSource, path: string): NpyArray {
  const head = Buffer.from(source.read(0, Math.min(12, source.size)));
  if (head.length < 12 || head.toString("latin1", 0, 6) !== "\x93NUMPY")
    throw arrayFileError(
      path,
      "this is no .npy array",
      "\\x93NUMPY at the start",
      head.toString("latin1", 0, 6).trim(),
    );
  const isShort = head[6] === 1;
  const [lengthAt, at] = isShort ? [head.readUInt16LE(8), 10] : [head.readUInt32LE(8), 12];
  const start = at + lengthAt;
  if (start > source.size)
    throw arrayFileError(path, "the file ends inside its header", `${start} bytes`, `${source.size}`);
  const header = Buffer.from(source.read(at, lengthAt)).toString("latin1");
  const [, order, kind = ""] = /'descr':\s*'([<>|=])([a-z]\d+)'/.exec(header) ?? [];
  const dtype = dtypes[kind];
  if (dtype === undefined || order === ">")
    throw arrayFileError(path, "the element type is not supported", "little-endian numbers", header.slice(0, 60));
  if (/'fortran_order':\s*True/.test(header))
    throw arrayFileError(
      path,
      "the array is stored column by column",
      "row by row: numpy.ascontiguousarray",
      "Fortran order",
    );
  const [, sizes = ""] = /'shape':\s*\(([^)]*)\)/.exec(header) ?? [];
  const shape = sizes.split(",").flatMap((part) => (part.trim() === "" ? [] : [Number.parseInt(part, 10)]));
  const expected = start + byteSize(dtype, elementCount(shape))!;
  if (source.size !== expected)
    throw arrayFileError(path, "the file does not have the size that it states", `${expected} bytes`, `${source.size}`);
  return { dtype, shape, source, start };
}
