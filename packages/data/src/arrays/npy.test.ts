import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numbers } from "@pare/tensor";
import { afterAll, expect, it } from "vitest";
import { zipOf } from "../../test/zip.ts";
import { classOf } from "../dataset.ts";
import { arrayDataset } from "./array-dataset.ts";

const root = mkdtempSync(join(tmpdir(), "pare-npy-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function put(name: string, bytes: Uint8Array): string {
  writeFileSync(join(root, name), bytes);
  return join(root, name);
}

/** As NumPy writes it: the header padded with spaces to a multiple of 64. */
function npy(descr: string, shape: string, data: ArrayBufferView, order = "False"): Buffer {
  const text = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const header = `${text.padEnd(117)}\n`;
  const length = Buffer.from([header.length & 255, header.length >> 8]);
  const body = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat([Buffer.from("\x93NUMPY\x01\x00", "latin1"), length, Buffer.from(header), body]);
}

const x = npy("<f4", "(3, 2)", Float32Array.of(1, 2, 3, 4, 5, 6));
const y = npy("<i8", "(3,)", BigInt64Array.of(1n, 0n, 4n));

it.each([true, false])("reads an .npz, deflated %s", async (isDeflated) => {
  const arrays = put(
    "a.npz",
    zipOf([
      ["x.npy", x, isDeflated],
      ["y.npy", y, isDeflated],
    ]),
  );
  const dataset = await arrayDataset({ arrays, target: "y" });
  const { fields, target } = await dataset.sample(2);
  expect([dataset.length, dataset.classes.length, dataset.fields, classOf(target)]).toEqual([3, 5, ["x"], 4]);
  expect(fields.get("x")).toMatchObject({ dtype: "float32", shape: [2] });
  expect([...numbers(fields.get("x")!)]).toEqual([5, 6]);
});

it("reads .npy files, floats as values", async () => {
  const values = put("v.npy", npy("<f8", "(3,)", Float64Array.of(0.5, 1.5, 2.5)));
  const dataset = await arrayDataset({ arrays: { features: put("x.npy", x) }, target: values });
  expect(dataset.fields).toEqual(["features"]);
  expect((await dataset.sample(1)).target).toEqual({ kind: "values", values: Float64Array.of(1.5) });
});

it.each<[string, () => Parameters<typeof arrayDataset>[0], string]>([
  ["no array", () => ({ arrays: { x: put("n.npy", Buffer.from("not an array at all")) } }), "this is no .npy array"],
  [
    "columns first",
    () => ({ arrays: { x: put("f.npy", npy("<f4", "(1, 2)", Float32Array.of(1, 2), "True")) } }),
    "stored column by column",
  ],
  [
    "big-endian numbers",
    () => ({ arrays: { x: put("b.npy", npy(">f4", "(2,)", Float32Array.of(1, 2))) } }),
    "little-endian numbers",
  ],
  [
    "too few bytes",
    () => ({ arrays: { x: put("s.npy", x.subarray(0, -4)) } }),
    "does not have the size that it states",
  ],
  [
    "answers of other length",
    () => ({ arrays: { x: put("x.npy", x) }, target: put("y2.npy", npy("<i8", "(1,)", BigInt64Array.of(1n))) }),
    "the arrays do not have as many samples (expected 3, got 1)",
  ],
  [
    "a name that is not there",
    () => ({ arrays: put("z.npz", zipOf([["x.npy", x, true]])), target: "labels" }),
    'there is no array "labels"',
  ],
  [
    "labels that are all the same",
    () => ({ arrays: { x: put("x.npy", x) }, target: put("o.npy", npy("<i8", "(3,)", BigInt64Array.of(2n, 2n, 2n))) }),
    "DATA_CLASSES at target in x.npy: all samples are of one class (expected at least two among the labels, got only 2). Give samples",
  ],
  [
    "a negative label",
    () => ({ arrays: { x: put("x.npy", x) }, target: put("m.npy", npy("<i8", "(3,)", BigInt64Array.of(1n, -1n, 0n))) }),
    "a label is not the number of a class",
  ],
])("refuses %s", async (_, options, message) => {
  await expect(arrayDataset(options())).rejects.toThrow(message);
});

it("a value that is not a number is named where it is", async () => {
  const arrays = { x: put("nan.npy", npy("<f4", "(3, 2)", Float32Array.of(1, 2, 3, Number.NaN, 5, 6))) };
  const target = put("t.npy", npy("<f8", "(3,)", Float64Array.of(1, 2, Number.NaN)));
  const dataset = await arrayDataset({ arrays, target });
  expect((await dataset.sample(0)).id).toBe("0");
  expect(() => dataset.sample(1)).toThrow('DATA_NAN at "x" of sample 1 of nan.npy: a value is not a number (NaN).');
  expect(() => dataset.targetOf?.(2)).toThrow('DATA_NAN at "target" of sample 2');
});
