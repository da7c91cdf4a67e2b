import { basename } from "node:path";
import { byteSize, elementCount, isAnyNaN, MemorySource, makeTensor, numbers, type Tensor } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset, type Target } from "../dataset.ts";
import { arrayFileError, arrayMissingError, notNumberError, oneClassArrayError } from "../errors.ts";
import { digestBytes } from "../files/digest-bytes.ts";
import { openFileSet } from "../files/file-set.ts";
import { openBytes } from "../files/open-bytes.ts";
import { readPlace } from "../files/place.ts";
import { type NpyArray, readNpy } from "./npy.ts";

export interface ArrayOptions {
  /** A .npz archive, or a .npy file for every field. */
  readonly arrays: string | Readonly<Record<string, string>>;
  /** With .npz: the array of each field. Default: every array but the target, by its own name. */
  readonly fields?: Readonly<Record<string, string>> | undefined;
  /** The array of the answers: its name in the .npz, else the path of a .npy. */
  readonly target?: string | undefined;
  /** The array of what belongs together, as `target`. */
  readonly group?: string | undefined;
  /** Default: integers are classes, floats are values. */
  readonly task?: "classification" | "regression" | undefined;
}

/** The first axis is that of the samples. @throws DATA_MISSING, DATA_FILE, DATA_ARRAY, DATA_ARCHIVE; DATA_NAN when read */
export async function arrayDataset(options: ArrayOptions): Promise<Dataset> {
  const { arrays, answers, groups } = await openArrays(options);
  const [first] = arrays.values();
  const length = first?.shape[0] ?? 0;
  const name = basename(typeof options.arrays === "string" ? options.arrays : (Object.values(options.arrays)[0] ?? ""));
  for (const [field, array] of [...arrays, ...named("target", answers), ...named("group", groups)])
    if (array.shape.length === 0 || array.shape[0] !== length)
      throw arrayFileError(
        `${field} in ${name}`,
        "the arrays do not have as many samples",
        `${length}`,
        `${array.shape[0]}`,
      );
  const isClass = answers !== undefined && (options.task ?? taskOf(answers)) === "classification";
  const classes = isClass ? classNames(answers, name) : [];
  return {
    name,
    length,
    classes,
    fields: [...arrays.keys()],
    targetOf: (index) => answers && targetOf(answers, index, isClass, name),
    ...(groups && { groupOf: (index: number) => numbers(row(groups, index)).join() }),
    sample(index) {
      checkIndex(name, index, length);
      const fields = new Map([...arrays].map(([field, array]) => [field, row(array, index)]));
      for (const [field, tensor] of fields) if (isAnyNaN(tensor)) throw notNumberError(name, `${index}`, field);
      return { id: `${index}`, fields, target: answers && targetOf(answers, index, isClass, name) };
    },
    digest: async () =>
      digestBytes(
        [...arrays.values(), ...(answers ? [answers] : [])].map(({ source }) => source),
        [[...arrays.keys()], isClass],
      ),
  };
}

const named = (name: string, array: NpyArray | undefined) => (array ? [[name, array] as const] : []);

async function openArrays({ arrays, fields, target, group }: ArrayOptions) {
  const opened = new Map<string, NpyArray>();
  if (typeof arrays !== "string") {
    for (const [field, path] of Object.entries(arrays)) opened.set(field, readNpy(await openBytes(path), path));
    const read = async (path: string | undefined) =>
      path === undefined ? undefined : readNpy(await openBytes(path), path);
    return { arrays: opened, answers: await read(target), groups: await read(group) };
  }
  const { files } = await openFileSet(arrays);
  const names = files.map(({ path }) => path.replace(/\.npy$/, ""));
  const open = (key: string) => {
    const file = files[names.indexOf(key)];
    if (file === undefined) throw arrayMissingError(arrays, key, names);
    return readNpy(new MemorySource(readPlace(file.place)), `${key} in ${arrays}`);
  };
  const openIf = (key: string | undefined) => (key === undefined ? undefined : open(key));
  const chosen =
    fields ?? Object.fromEntries(names.filter((key) => key !== target && key !== group).map((key) => [key, key]));
  for (const [field, key] of Object.entries(chosen)) opened.set(field, open(key));
  return { arrays: opened, answers: openIf(target), groups: openIf(group) };
}

const taskOf = ({ dtype }: NpyArray) => (dtype.startsWith("float") ? "regression" : "classification");

function row({ dtype, shape, source, start }: NpyArray, index: number): Tensor {
  const inner = shape.slice(1);
  const size = byteSize(dtype, elementCount(inner))!;
  return makeTensor(dtype, inner, source.read(start + index * size, size));
}

function targetOf(answers: NpyArray, index: number, isClass: boolean, name: string): Target {
  const values = numbers(row(answers, index));
  if (values.some(Number.isNaN)) throw notNumberError(name, `${index}`, "target");
  return isClass ? classTarget(values[0]!) : { kind: "values", values };
}

function classNames(answers: NpyArray, name: string): readonly string[] {
  const { dtype, source, start } = answers;
  const labels = numbers(makeTensor(dtype, [answers.shape[0]!], source.read(start, source.size - start)));
  const odd = labels.find((label) => !Number.isInteger(label) || label < 0);
  if (odd !== undefined)
    throw arrayFileError(`target in ${name}`, "a label is not the number of a class", "0, 1, 2, …", `${odd}`);
  if (labels.every((label) => label === labels[0])) throw oneClassArrayError(`target in ${name}`, labels[0]);
  return Array.from({ length: labels.reduce((most, label) => Math.max(most, label), 0) + 1 }, (_, i) => `${i}`);
}
