import { createHash } from "node:crypto";
import { type Tensor, tensorOf } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset, type DatasetNote, type Target } from "../dataset.ts";
import { oneClassTextError, unknownClassError } from "../errors.ts";
import { cellText, columnText } from "../table/encoder.ts";
import { columnNamed, type Table } from "../table/read-table.ts";
import type { TextTokenizer } from "./tokenizer.ts";

/** Rows that a note names. */
const namedRows = 5;

export interface LabelledText {
  readonly table: Table;
  /** Column of the text. */
  readonly column: string;
  /** Column of the class; without it samples have no labels. */
  readonly target?: string | undefined;
  /** Column of what belongs together. */
  readonly group?: string | undefined;
  readonly tokenizer: TextTokenizer;
  /** Tokens, special ones included; longer texts are cut, shorter ones padded. */
  readonly maxLength: number;
  /** Default: the column's distinct values in sorted order. */
  readonly classes?: readonly string[];
  readonly notes?: readonly DatasetNote[];
}

/** Fields "ids", "mask" (1 where there is text) and "types" (0): int64 [maxLength]. @throws DATA_COLUMN, DATA_CLASSES */
export function textDataset(source: LabelledText): Dataset {
  const { table, tokenizer, maxLength } = source;
  const { name, rows: length } = table;
  const texts = columnNamed(table, source.column);
  const answers = source.target === undefined ? undefined : columnNamed(table, source.target);
  const groups = source.group === undefined ? undefined : columnNamed(table, source.group);
  const classes = source.classes ?? (answers === undefined ? [] : classesOf(table, source.target!));
  const targetOf = (index: number): Target | undefined => {
    if (answers === undefined) return undefined;
    const rank = classes.indexOf(cellText(answers, index) ?? "");
    if (rank < 0) throw unknownClassError(`row ${index + 1} of ${name}`, cellText(answers, index), classes);
    return classTarget(rank);
  };
  return {
    name,
    length,
    classes,
    fields: ["ids", "mask", "types"],
    targetOf,
    notes: () => [...(source.notes ?? []), ...strangerNotes(source)],
    ...(groups && { groupOf: (index: number) => cellText(groups, index) ?? "" }),
    sample(index) {
      checkIndex(name, index, length);
      const ids = tokenizer.encode(cellText(texts, index) ?? "", { special: true, limit: maxLength });
      return { id: `${index + 1}`, fields: padded(ids, maxLength, tokenizer.padId), target: targetOf(index) };
    },
    async digest() {
      const hash = createHash("sha256").update(JSON.stringify([tokenizer.fingerprint, maxLength, classes]));
      for (let row = 0; row < length; row++)
        hash.update(JSON.stringify([cellText(texts, row), answers && cellText(answers, row)]));
      return hash.digest("hex");
    },
  };
}

/** Characters that the vocabulary does not have, in the part of each text that is read. */
function strangerNotes({ table, column, tokenizer, maxLength }: LabelledText): readonly DatasetNote[] {
  const { has, padId } = tokenizer;
  if (has === undefined) return [];
  const texts = columnNamed(table, column);
  const rows: string[] = [];
  let [count, first] = [0, ""];
  for (let row = 0; row < table.rows; row++) {
    const strange = [...(cellText(texts, row) ?? "")].slice(0, maxLength).filter((character) => !has(character));
    if (strange.length === 0) continue;
    if (count === 0) first = `${JSON.stringify(strange[0])} in row ${row + 1} of ${table.name}`;
    count += strange.length;
    if (rows.length < namedRows) rows.push(`${row + 1}`);
  }
  if (count === 0) return [];
  const what = count === 1 ? "1 character is" : `${count} characters are`;
  const text = `${what} not in the vocabulary and got the id of padding, ${padId}: ${first}${count > 1 ? ", for one" : ""}`;
  return [{ text, count, examples: rows }];
}

/** @throws DATA_CLASSES where there is only one */
export function classesOf(table: Table, target: string): readonly string[] {
  const classes = columnText(columnNamed(table, target));
  if (classes.length < 2) throw oneClassTextError(`${target} in ${table.name}`, classes);
  return classes;
}

/** ids, filled up to `length`; 1 and 0 for text and padding; zeros. */
export function padded(ids: readonly number[], length: number, padId: number): ReadonlyMap<string, Tensor> {
  const fill = (values: readonly number[], rest: number) =>
    tensorOf(
      "int64",
      [length],
      Array.from({ length }, (_, i) => values[i] ?? rest),
    );
  return new Map([
    ["ids", fill(ids, padId)],
    [
      "mask",
      fill(
        ids.map(() => 1),
        0,
      ),
    ],
    ["types", fill([], 0)],
  ]);
}
