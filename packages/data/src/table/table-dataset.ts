import { createHash } from "node:crypto";
import { makeTensor } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset, type Target } from "../dataset.ts";
import { type Encoder, encodeRow, encodeTarget } from "./encoder.ts";
import { columnFor } from "./gaps.ts";
import { columnNamed, type Table } from "./read-table.ts";
import { tableNotes } from "./table-notes.ts";

/** Rows of a table as samples: field "x", float32 [features]. Ids are row numbers from 1. @throws DATA_COLUMN */
export function tableDataset(table: Table, encoder: Encoder, target: string, rows: readonly number[]): Dataset {
  const columns = encoder.codes.map((code) => columnFor(code, columnNamed(table, code.name), table.name));
  const answers = columnNamed(table, target);
  const { name } = table;
  const targetOf = (index: number): Target => {
    const value = encodeTarget(encoder, answers, rows[index]!, name);
    return encoder.classes.length > 0 ? classTarget(value) : { kind: "values", values: Float64Array.of(value) };
  };
  return {
    name,
    length: rows.length,
    classes: encoder.classes,
    fields: ["x"],
    targetOf,
    notes: () => tableNotes(encoder, columns, rows),
    sample(index) {
      checkIndex(name, index, rows.length);
      const x = encodeRow(encoder, columns, rows[index]!);
      const tensor = makeTensor("float32", [encoder.width], new Uint8Array(x.buffer));
      return { id: `${rows[index]! + 1}`, fields: new Map([["x", tensor]]), target: targetOf(index) };
    },
    async digest() {
      const hash = createHash("sha256").update(JSON.stringify(encoder));
      for (const [i, row] of rows.entries()) {
        hash.update(encodeRow(encoder, columns, row));
        hash.update(
          `${JSON.stringify(targetOf(i), (_, value) => (value instanceof Float64Array ? [...value] : value))}\n`,
        );
      }
      return hash.digest("hex");
    },
  };
}
