export { bufferCollector } from "./collect.ts";
export { byteSize, type DType, type DTypeKind, dtypes, elementCount, isDType, isFloat, isInteger } from "./dtype.ts";
export { bigints, float32s, isAnyNaN, numbers, packCode, tensorOf, unpackCode } from "./elements.ts";
export { bfloat16ToNumber, float16ToNumber, numberToBfloat16, numberToFloat16 } from "./float.ts";
export {
  type ByteSource,
  checkRange,
  FileSource,
  MemorySource,
  maxWindowBytes,
  readInto,
  SliceSource,
  sameBytes,
  windows,
} from "./source.ts";
export { stringBytes, stringTensor } from "./strings.ts";
export { aligned, makeTensor, sameTensor, sizeBytes, type Tensor, tensorBytes } from "./tensor.ts";
