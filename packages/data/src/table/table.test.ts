import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { float32s } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { classOf, type Dataset } from "../dataset.ts";
import { encodeRow, fitEncoder, type TableRoles } from "./encoder.ts";
import { withGaps } from "./gaps.ts";
import { columnNamed, readTable, type TableFile } from "./read-table.ts";
import { tableDataset } from "./table-dataset.ts";

const root = mkdtempSync(join(tmpdir(), "pare-tables-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, text: string): string {
  writeFileSync(join(root, name), text);
  return join(root, name);
}

describe("readTable", () => {
  it("finds types, trims text, and keeps what is missing apart", async () => {
    const { rows, columns } = await readTable({ path: put("a.csv", 'n,t,f\n1, x ,1.5\n2,"y, z",\n,,2\n') });
    expect(rows).toBe(3);
    expect(columns).toEqual([
      { name: "n", kind: "number", values: Float64Array.of(1, 2, Number.NaN) },
      { name: "t", kind: "text", values: ["x", "y, z", undefined] },
      { name: "f", kind: "number", values: Float64Array.of(1.5, Number.NaN, 2) },
    ]);
  });

  it.each<[string, TableFile]>([
    ["without a header", { path: put("b.csv", "1,x\n2,y\n"), columns: ["n", "t"] }],
    ["tabs, and quotes that are text", { path: put("b.tsv", "n\tt\n1\tx\n2\ty\n") }],
    ["another delimiter", { path: put("c.csv", "n;t\n1;x\n2;y\n"), delimiter: ";" }],
    ["JSON lines", { path: put("b.jsonl", '{"n":1,"t":"x"}\n{"n":2,"t":"y"}\n') }],
  ])("%s", async (_, file) => {
    const { columns } = await readTable(file);
    expect(columns.map(({ name, values }) => [name, [...values]])).toEqual([
      ["n", [1, 2]],
      ["t", ["x", "y"]],
    ]);
  });

  it("reads quotes in tab-separated text as they are", async () => {
    const { columns } = await readTable({ path: put("q.tsv", 'say "hi\t0\n"no"\t1\n'), columns: ["text", "label"] });
    expect(columns[0]!.values).toEqual(['say "hi', '"no"']);
  });

  it.each([
    ["short", "a,b\n1,2\n3\n4,5\n", ":3: the row has another number of cells than the first (expected 2, got 1)"],
    ["long", 'a,b\n1,"x\ny"\n3,4,5\n', ":4: the row has another number of cells than the first (expected 2, got 3)"],
    ["empty", "a,b\n", ": the table has no rows"],
    [
      "oddly ended",
      'a,b\r\n1,"x\ny"\r\n3,4\n',
      ":4: the line ends in another way than the first (expected \\r\\n, got \\n)",
    ],
    [
      "oddly ended, too long",
      "a,b\n1,2\r3,4\n",
      ":2: the line ends in another way than the first (expected \\n, got \\r)",
    ],
  ])("a row or table that is %s", async (name, text, message) => {
    const path = put(`${name}.csv`, text);
    await expect(readTable({ path })).rejects.toThrow(`${path}${message}`);
  });
});

describe("readTable, text in another encoding", () => {
  it.each([
    ["latin1.csv", "a,b\n1,x\n2,caf\xe9\n", 3],
    ["latin1.jsonl", '{"a":"caf\xe9"}\n', 1],
  ])("%s", async (name, text, line) => {
    const path = join(root, name);
    writeFileSync(path, Buffer.from(text, "latin1"));
    await expect(readTable({ path })).rejects.toThrow(`DATA_TEXT at ${path}:${line}: this is no text in UTF-8.`);
  });
});

describe("withGaps", () => {
  it("takes the usual marks among numbers as missing, and words among numbers as words", async () => {
    const marks = "n,k,w,y\n1,1,1,1\nNA,?,NA,n/a\n-2.5e1,2,x,0\nnull,-,3,?\n";
    const table = await readTable({ path: put("gaps.csv", marks) });
    const kinds = (roles: Partial<TableRoles>) =>
      withGaps(table, { target: "y", ...roles }).columns.map(({ kind }) => kind);
    expect(kinds({})).toEqual(["number", "number", "text", "number"]);
    expect(kinds({ categorical: ["k"], task: "classification" })).toEqual(["number", "text", "text", "text"]);
    expect(withGaps(table, { target: "y" }).columns[0]!.values).toEqual(
      Float64Array.of(1, Number.NaN, -25, Number.NaN),
    );
  });

  it("in JSON lines too", async () => {
    const table = await readTable({ path: put("gaps.jsonl", '{"n":1,"y":"a"}\n{"n":"NA","y":"b"}\n') });
    expect(withGaps(table, { target: "y" }).columns[0]!.values).toEqual(Float64Array.of(1, Number.NaN));
  });
});

describe("fitEncoder, encodeRow", () => {
  const text = "n,t,k,y\n1,b,7,no\n3,a,8,yes\n,b,7,no\n100,c,9,yes\n";
  const encoded = async (roles: Partial<TableRoles>, rows: readonly number[]) => {
    const table = await readTable({ path: put("e.csv", text) });
    const encoder = fitEncoder(table, { target: "y", ignore: ["k"], ...roles }, rows);
    const columns = encoder.codes.map(({ name }) => columnNamed(table, name));
    return [0, 1, 2, 3].map((row) => [...encodeRow(encoder, columns, row)]);
  };

  it("finds mean, deviation and categories on the rows that it is given, and nowhere else", async () => {
    // Of rows 0 and 1: mean 2, deviation 1, categories a and b. Row 2's number is missing, row 3's category is new.
    expect(await encoded({}, [0, 1])).toEqual([
      [-1, 0, 1],
      [1, 1, 0],
      [0, 0, 1],
      [98, 0, 0],
    ]);
  });

  it("gives categories as ranks, numbers as they are, numbers as categories", async () => {
    expect(await encoded({ encoding: "index", standardise: false }, [0, 1])).toEqual([
      [1, 1],
      [3, 0],
      [2, 1],
      [100, 2],
    ]);
    const named = await encoded({ ignore: ["n", "t"], categorical: ["k"] }, [0, 1, 2, 3]);
    expect(named).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
  });

  it.each([
    [{ target: "z" }, [0, 1], 'there is no column "z"'],
    [{ ignore: ["q"] }, [0, 1], 'there is no column "q"'],
    [
      {},
      [0, 2],
      'DATA_CLASSES at y in e.csv: all rows are of one class (expected at least two in the column of the target, got only "no"). Is `target` the right column?',
    ],
  ])("refuses %o fitted on rows %o", async (roles, rows, message) => {
    await expect(encoded(roles, rows)).rejects.toThrow(message);
  });
});

describe("tableDataset", () => {
  const open = async (target: string, task?: TableRoles["task"]): Promise<Dataset> => {
    const table = await readTable({ path: put("d.csv", "x,label,price\n1,b,2.5\n2,a,3.5\n3,c,4\n") });
    const encoder = fitEncoder(table, { target, task, ignore: ["label", "price"], standardise: false }, [0, 1]);
    return tableDataset(table, encoder, target, [1, 0, 2]);
  };

  it("gives rows as samples with a class or a value", async () => {
    const classes = await open("label");
    const sample = await classes.sample(0);
    expect([classes.classes, sample.id, classOf(sample.target)]).toEqual([["a", "b"], "2", 0]);
    expect([...float32s(sample.fields.get("x")!)]).toEqual([2]);
    const values = await open("price");
    expect((await values.sample(0)).target).toEqual({ kind: "values", values: Float64Array.of(3.5) });
  });

  it("refuses a class that training did not have", async () => {
    const dataset = await open("label");
    expect(() => dataset.sample(2)).toThrow(
      'row 3 of d.csv: the row\'s class is not among those of the training data (expected "a", "b", got "c")',
    );
  });
});
