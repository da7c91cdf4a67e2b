import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { dataKindError, targetMissingError, targetUnknownError } from "./errors.ts";
import type { ModelLook } from "./look-at-model.ts";
import { firstRows } from "./table-rows.ts";

/** The `test` entry of a recipe's data, and what its answers are. */
export interface DataLook {
  readonly source: Readonly<Record<string, unknown>>;
  readonly labels: "class" | "values" | "tokens";
  /** Pictures of any size, which are to be brought to the model's. */
  readonly isSized: boolean;
  /** What is learned of the data (categories, scales, a vocabulary) is learned on a part of it, and tested on the rest. */
  readonly isDivided: boolean;
}

/**
 * By the file's ending, or what lies in the folder.
 * @param target of a table: the column to predict; default, the last
 * @throws INIT_DATA, INIT_TARGET
 */
export function lookAtData(path: string, target: string | undefined, model: ModelLook): DataLook {
  const name = basename(path).toLowerCase();
  const isFolder = statSync(path).isDirectory();
  if (isFolder || /\.(tar|tar\.gz|tgz|zip)$/.test(name)) return { source: imageSource(path, isFolder), ...images };
  if (/idx\d.*ubyte|\.idx(\.gz)?$/.test(name)) return { source: idxSource(path), ...stored };
  if (/\.bin(\.gz)?$/.test(name)) return { source: { cifar: path }, ...stored };
  if (/\.npz$/.test(name)) return { source: { arrays: path, target: needed(path, target) }, ...stored };
  if (/\.(csv|tsv|jsonl|parquet)$/.test(name)) return tableLook(path, target, model);
  if (/\.txt$/.test(name)) return { ...stored, source: languageSource(path), labels: "tokens" };
  throw dataKindError(path);
}

const images = { labels: "class", isSized: true, isDivided: false } as const;
const stored = { labels: "class", isSized: false, isDivided: false } as const;
const divided = { isSized: false, isDivided: true } as const;

/** Folders that are numbers name the class that they hold. */
function imageSource(path: string, isFolder: boolean): Readonly<Record<string, unknown>> {
  const folders = isFolder
    ? readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    : [];
  const isNumbered = folders.length > 0 && folders.every(({ name }) => /^\d+$/.test(name));
  return isNumbered ? { images: path, classes: "number" } : { images: path };
}

/** MNIST's names: "t10k-images-idx3-ubyte" has its labels in "t10k-labels-idx1-ubyte". */
function idxSource(path: string): Readonly<Record<string, unknown>> {
  const labels = join(dirname(path), basename(path).replace("images", "labels").replace("idx3", "idx1"));
  return labels !== path && existsSync(labels) ? { idx: path, labels } : { idx: path };
}

function needed(path: string, target: string | undefined): string {
  if (target === undefined) throw targetMissingError(path);
  return target;
}

const manyClasses = 20;

function tableLook(path: string, target: string | undefined, model: ModelLook): DataLook {
  const table = firstRows(path);
  if (table === undefined)
    return { source: { table: path, target: needed(path, target) }, ...taskOf([], model), ...divided };
  const { columns, hasHeader, rows } = table;
  const answer = target ?? columns.at(-1)!;
  const index = columns.indexOf(answer);
  if (index === -1) throw targetUnknownError(path, answer, columns);
  const names = hasHeader ? {} : { columns };
  if (model.task === "tokens") {
    const column = columns.find((name) => name !== answer) ?? answer;
    const source = { text: path, column, target: answer, ...names, ...tokenizerBeside(path) };
    return { source, ...stored };
  }
  const task = taskOf(
    rows.map((row) => row[index] ?? ""),
    model,
  );
  const named = task.labels === "class" ? "classification" : "regression";
  return { source: { table: path, target: answer, task: named, ...names }, ...task, ...divided };
}

/** Several scores are those of classes; of one, the answers tell: words, or few different numbers. */
function taskOf(answers: readonly string[], { scores }: ModelLook): Pick<DataLook, "labels"> {
  if (scores !== undefined && scores > 1) return { labels: "class" };
  const isWords = answers.some((answer) => answer !== "" && !Number.isFinite(Number(answer)));
  const isFew =
    answers.length > 0 && answers.every((answer) => /^-?\d+$/.test(answer)) && new Set(answers).size <= manyClasses;
  return { labels: isWords || isFew ? "class" : "values" };
}

/** No vocabulary: only the text that the model was trained on has it, and which that is cannot be told from here. */
function languageSource(path: string): Readonly<Record<string, unknown>> {
  return { language: path, ...tokenizerBeside(path) };
}

function tokenizerBeside(path: string): { readonly tokenizer?: string } {
  const file = join(dirname(path), "tokenizer.json");
  return existsSync(file) ? { tokenizer: file } : {};
}
