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
  ["a length below none", "export default { length: -1, sample() {} }", "the default export is no source of samples"],
  [
    "classes that are no list",
    "export default { length: 1, classes: 3, sample() {} }",
    "`classes` are no names (expected a list of strings, got 3)",
  ],
  [
    "no sample",
    "export default { length: 1, sample() {} }",
    "this is no sample (expected { fields: { name: { dtype, shape, data } }, target }, got undefined)",
  ],
  [
    "a sample without fields",
    "export default { length: 1, sample: () => ({ x: 1 }) }",
    "the sample has no fields (expected { fields: { name: { dtype, shape, data } }, target }, got undefined)",
  ],
  [
    "numbers alone as a field",
    "export default { length: 1, sample: () => ({ fields: { x: new Float32Array(2) } }) }",
    "the element type is not known",
  ],
  ["no field", "export default { length: 1, sample: () => ({ fields: { x: 7 } }) }", "this is no tensor"],
  [
    "no shape",
    'export default { length: 1, sample: () => ({ fields: { x: { dtype: "float32", data: [1] } } }) }',
    "the shape is no list of sizes",
  ],
  [
    "a class without a name",
    "export default { length: 1, sample: () => ({ fields: {}, target: 0 }) }",
    "the target is a class, and the module names none",
  ],
  [
    "a target of text",
    'export default { length: 1, classes: ["a"], sample: () => ({ fields: {}, target: "a" }) }',
    'this is no target (expected the index of a class, a Float64Array or an Int32Array, got "a")',
  ],
])("refuses %s", async (_, text, message) => {
  await expect(moduleDataset(put(text), context)).rejects.toThrow(message);
});

it("names the module and the sample whose making fails", async () => {
  const path = put(`const x = { dtype: "uint8", shape: [1], data: [1] };
  export default {
    length: 3,
    sample(i) { if (i === 1) throw new TypeError("boom"); return i === 2 ? undefined : { fields: { x } }; },
    group() { throw new Error("no group"); },
    digest() { throw new Error("no digest"); },
  };`);
  const dataset = await moduleDataset(path, context);
  await expect(dataset.sample(1)).rejects.toThrow(
    `DATA_MODULE at sample 1 of ${path}: the module failed: TypeError: boom.`,
  );
  await expect(dataset.sample(2)).rejects.toThrow(`DATA_MODULE at sample 2 of ${path}: this is no sample`);
  expect(() => dataset.groupOf?.(0)).toThrow(`DATA_MODULE at sample 0 of ${path}: the module failed: Error: no group.`);
  await expect(dataset.digest()).rejects.toThrow(`DATA_MODULE at ${path}: the module failed: no digest.`);
});

it("refuses a module that is not there", async () => {
  await expect(moduleDataset(join(root, "absent.mjs"), context)).rejects.toThrow("DATA_MISSING");
});
