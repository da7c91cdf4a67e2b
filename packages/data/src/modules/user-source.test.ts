import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { numbers } from "@pare/tensor";
import { afterAll, expect, it } from "vitest";
import { moduleDataset } from "./user-source.ts";

const root = mkdtempSync(join(tmpdir(), "pare-modules-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let count = 0;
function put(text: string): string {
  const path = join(root, `source-${count++}.mjs`);
  writeFileSync(path, text);
  return path;
}

const context = { split: "test", seed: 3, options: { n: 2 } } as const;

it("takes a function's samples: fields by name, classes, ids", async () => {
  const path = put(`export default async ({ split, seed, options }) => ({
    length: options.n,
    classes: ["a", "b"],
    sample: (i) => ({ id: split + i, fields: { x: { dtype: "float32", shape: [2], data: [i, seed] } }, target: i }),
  })`);
  const dataset = await moduleDataset(path, context);
  const { id, fields, target } = await dataset.sample(1);
  expect([dataset.length, dataset.fields, id, target]).toEqual([2, ["x"], "test1", { kind: "class", index: 1 }]);
  expect([...numbers(fields.get("x")!)]).toEqual([1, 3]);
  expect(await dataset.digest()).not.toBe(await (await moduleDataset(path, { ...context, seed: 4 })).digest());
});

it("takes values, tokens and no answer at all", async () => {
  const path = put(`const x = { dtype: "uint8", shape: [1], data: new Uint8Array(1) };
  const targets = [new Float64Array([0.5]), new Int32Array([3, -1]), undefined];
  export default { length: 3, sample: (i) => ({ fields: { x }, target: targets[i] }) };`);
  const dataset = await moduleDataset(path, context);
  const targets = await Promise.all([0, 1, 2].map(async (i) => (await dataset.sample(i)).target));
  expect(targets).toEqual([
    { kind: "values", values: Float64Array.of(0.5) },
    { kind: "tokens", ids: Int32Array.of(3, -1) },
    undefined,
  ]);
});

it.each([
  ["no source", "export default 7", "the default export is no source of samples (expected { length, sample(index) })"],
  ["a fault", 'throw new Error("no key")', "the module failed: no key"],
  [
    "another size",
    'export default { length: 1, sample: () => ({ fields: { x: { dtype: "float32", shape: [3], data: [1] } } }) }',
    "shape and data do not agree (expected 3 elements, got 1)",
  ],
  [
    "another type",
    'export default { length: 1, sample: () => ({ fields: { x: { dtype: "float", shape: [1], data: [1] } } }) }',
    "the element type is not known",
  ],
  [
    "a class that is not there",
    'export default { length: 1, classes: ["a"], sample: () => ({ fields: {}, target: 1 }) }',
    "a target is not the index of a class (expected 0 to 0, got 1)",
  ],
])("refuses %s", async (_, text, message) => {
  await expect(moduleDataset(put(text), context)).rejects.toThrow(message);
});

it("refuses a module that is not there", async () => {
  await expect(moduleDataset(join(root, "absent.mjs"), context)).rejects.toThrow("DATA_MISSING");
});
