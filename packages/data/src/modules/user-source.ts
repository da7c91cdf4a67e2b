/**
 * Data from the user's own module: its default export is a `UserSource`, or a function that makes one.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { isPareError } from "@pare/error";
import { byteSize, type DType, elementCount, isDType, makeTensor, type Tensor, tensorOf } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset, type Sample, type Target } from "../dataset.ts";
import { moduleFaultError, moduleSampleError, moduleShapeError } from "../errors.ts";
import { fileStat } from "../files/file-set.ts";

export interface SourceTensor {
  readonly dtype: DType;
  /** Without a batch axis. */
  readonly shape: readonly number[];
  /** One number, or for int64 a bigint, for each element. */
  readonly data: ArrayLike<number> | ArrayLike<bigint>;
}

export interface SourceSample {
  /** Stable; default: the index. */
  readonly id?: string;
  readonly fields: Readonly<Record<string, SourceTensor>>;
  /** The index of a class; numbers to predict; the next token at each position (−1: not counted); or nothing. */
  readonly target?: number | Float64Array | Int32Array;
}

export interface UserSource {
  readonly length: number;
  /** Default none. */
  readonly classes?: readonly string[];
  sample(index: number): SourceSample | Promise<SourceSample>;
  /** Samples of one group are never divided between splits. */
  group?(index: number): string;
  /** What the samples depend on beside the module's own text and options: another digest means other samples. */
  digest?(): string | Promise<string>;
}

export interface UserSourceContext {
  readonly split: "train" | "validation" | "test";
  /** The recipe's seed. */
  readonly seed: number;
  /** The recipe's `options` of this source. */
  readonly options: Readonly<Record<string, unknown>>;
}

export type UserSourceMaker = (context: UserSourceContext) => UserSource | Promise<UserSource>;

/** @throws DATA_MISSING, DATA_MODULE */
export async function moduleDataset(path: string, context: UserSourceContext): Promise<Dataset> {
  fileStat(path);
  const name = basename(path);
  const source = await load(path, context);
  const { length, classes = [] } = source;
  const read = async (index: number): Promise<Sample> => {
    const place = `sample ${index} of ${path}`;
    try {
      return toSample(await source.sample(index), index, classes, place);
    } catch (cause) {
      throw isPareError(cause) ? cause : moduleSampleError(place, cause);
    }
  };
  const first = length > 0 ? await read(0) : undefined;
  return {
    name,
    length,
    classes,
    fields: [...(first?.fields.keys() ?? [])],
    ...(source.group && {
      groupOf: (index: number) => guarded(`sample ${index} of ${path}`, () => String(source.group?.(index))),
    }),
    async sample(index) {
      checkIndex(name, index, length);
      return await read(index);
    },
    async digest() {
      const hash = createHash("sha256")
        .update(readFileSync(path))
        .update(JSON.stringify([context, length, classes]));
      const own = await guardedLater(path, async () => `${(await source.digest?.()) ?? ""}`);
      return hash.update(own).digest("hex");
    },
  };
}

async function load(path: string, context: UserSourceContext): Promise<UserSource> {
  let made: unknown;
  try {
    const { default: exported } = (await import(pathToFileURL(path).href)) as { default?: unknown };
    made = typeof exported === "function" ? await exported(context) : exported;
  } catch (cause) {
    throw moduleFaultError(path, cause);
  }
  if (!isUserSource(made))
    throw moduleShapeError(path, "the default export is no source of samples", "{ length, sample(index) }");
  const { classes } = made;
  if (classes !== undefined && !(Array.isArray(classes) && classes.every((name) => typeof name === "string")))
    throw moduleShapeError(path, "`classes` are no names", "a list of strings", describe(classes));
  return made;
}

function isUserSource(value: unknown): value is UserSource {
  if (typeof value !== "object" || value === null) return false;
  const length: unknown = Reflect.get(value, "length");
  return Number.isInteger(length) && Number(length) >= 0 && typeof Reflect.get(value, "sample") === "function";
}

/** @throws DATA_MODULE, or what the given object throws */
function toSample(given: unknown, index: number, classes: readonly string[], place: string): Sample {
  const expected = "{ fields: { name: { dtype, shape, data } }, target }";
  if (!isObject(given)) throw moduleShapeError(place, "this is no sample", expected, describe(given));
  const { id = `${index}`, fields, target } = given as Partial<SourceSample>;
  if (!isObject(fields) || Array.isArray(fields))
    throw moduleShapeError(place, "the sample has no fields", expected, describe(fields));
  const tensors = Object.entries(fields).map(([name, value]) => [name, toTensor(value, place, name)] as const);
  return { id: `${id}`, fields: new Map(tensors), target: toTarget(target, classes, place) };
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/** "undefined", "7", "a string", "Float32Array", … */
function describe(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return "a list";
  if (!isObject(value)) return String(value);
  const name = value.constructor?.name ?? "Object";
  return name === "Object" ? `{ ${Object.keys(value).join(", ")} }` : name;
}

/** @throws DATA_MODULE for whatever `work` throws */
function guarded<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw moduleSampleError(place, cause);
  }
}

async function guardedLater<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw moduleFaultError(place, cause);
  }
}

function toTensor(value: unknown, sample: string, field: string): Tensor {
  const place = `field "${field}" of ${sample}`;
  if (!isObject(value)) throw moduleShapeError(place, "this is no tensor", "{ dtype, shape, data }", describe(value));
  const { dtype, shape, data } = value as SourceTensor;
  if (!isDType(dtype) || byteSize(dtype, 1) === undefined)
    throw moduleShapeError(place, "the element type is not known", "float32, uint8, int64, …", String(dtype));
  if (!Array.isArray(shape) || !shape.every((size) => Number.isInteger(size) && size >= 0))
    throw moduleShapeError(place, "the shape is no list of sizes", "[3, 32, 32], for one", describe(shape));
  const expected = elementCount(shape);
  if (data?.length !== expected)
    throw moduleShapeError(place, "shape and data do not agree", `${expected} elements`, `${data?.length}`);
  if (data instanceof Uint8Array && dtype === "uint8") return makeTensor(dtype, shape, data);
  return tensorOf(dtype, shape, data);
}

function toTarget(given: SourceSample["target"], classes: readonly string[], place: string): Target | undefined {
  if (given === undefined) return undefined;
  if (given instanceof Float64Array) return { kind: "values", values: given };
  if (given instanceof Int32Array) return { kind: "tokens", ids: given };
  if (typeof given !== "number")
    throw moduleShapeError(
      place,
      "this is no target",
      "the index of a class, a Float64Array or an Int32Array",
      describe(given),
    );
  if (classes.length === 0)
    throw moduleShapeError(place, "the target is a class, and the module names none", "`classes`", `${given}`);
  if (!Number.isInteger(given) || given < 0 || given >= classes.length)
    throw moduleShapeError(place, "a target is not the index of a class", `0 to ${classes.length - 1}`, `${given}`);
  return classTarget(given);
}
