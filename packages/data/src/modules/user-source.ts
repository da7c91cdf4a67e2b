/**
 * Data from the user's own module: its default export is a `UserSource`, or a function that makes one.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { byteSize, type DType, elementCount, isDType, makeTensor, type Tensor, tensorOf } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset, type Sample, type Target } from "../dataset.ts";
import { moduleFaultError, moduleShapeError } from "../errors.ts";
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
    const given = await source.sample(index);
    const fields = Object.entries(given.fields ?? {}).map(
      ([field, value]) => [field, toTensor(value, path, field)] as const,
    );
    return { id: given.id ?? `${index}`, fields: new Map(fields), target: toTarget(given.target, classes, path) };
  };
  const first = length > 0 ? await read(0) : undefined;
  return {
    name,
    length,
    classes,
    fields: [...(first?.fields.keys() ?? [])],
    ...(source.group && { groupOf: (index: number) => String(source.group?.(index)) }),
    async sample(index) {
      checkIndex(name, index, length);
      return await read(index);
    },
    async digest() {
      const hash = createHash("sha256")
        .update(readFileSync(path))
        .update(JSON.stringify([context, length, classes]));
      return hash.update((await source.digest?.()) ?? "").digest("hex");
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
  return made;
}

function isUserSource(value: unknown): value is UserSource {
  if (typeof value !== "object" || value === null) return false;
  return Number.isInteger(Reflect.get(value, "length")) && typeof Reflect.get(value, "sample") === "function";
}

function toTensor({ dtype, shape, data }: SourceTensor, path: string, field: string): Tensor {
  const place = `field "${field}" of ${path}`;
  if (!isDType(dtype) || byteSize(dtype, 1) === undefined)
    throw moduleShapeError(place, "the element type is not known", "float32, uint8, int64, …", String(dtype));
  const expected = Array.isArray(shape) ? elementCount(shape) : -1;
  if (data?.length !== expected)
    throw moduleShapeError(place, "shape and data do not agree", `${expected} elements`, `${data?.length}`);
  if (data instanceof Uint8Array && dtype === "uint8") return makeTensor(dtype, shape, data);
  return tensorOf(dtype, shape, data);
}

function toTarget(given: SourceSample["target"], classes: readonly string[], path: string): Target | undefined {
  if (given === undefined) return undefined;
  if (given instanceof Float64Array) return { kind: "values", values: given };
  if (given instanceof Int32Array) return { kind: "tokens", ids: given };
  if (!Number.isInteger(given) || given < 0 || given >= classes.length)
    throw moduleShapeError(path, "a target is not the index of a class", `0 to ${classes.length - 1}`, `${given}`);
  return classTarget(given);
}
