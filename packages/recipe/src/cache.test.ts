import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cacheKey, openCache } from "./cache.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pare-cache-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const write = (text: string) => async (folder: string) => {
  writeFileSync(join(folder, "model.onnx"), text);
  return { text };
};

test("what is stored is found, by another process too", async () => {
  const key = cacheKey({ step: "simplify", options: { b: 2, a: 1 } });
  expect(key).toBe(cacheKey({ options: { a: 1, b: 2 }, step: "simplify" }));
  await (await openCache(root)).store(key, write("bytes"));
  const entry = await (await openCache(root)).find(key);
  expect(entry?.description).toEqual({ text: "bytes" });
  expect(readFileSync(join(entry!.folder, "model.onnx"), "utf8")).toBe("bytes");
  expect(await (await openCache(root)).find(cacheKey("another"))).toBeUndefined();
});

test("an entry whose files were damaged counts as missing and is replaced", async () => {
  const cache = await openCache(root);
  const { folder } = await cache.store("k", write("bytes"));
  writeFileSync(join(folder, "model.onnx"), "bytez");
  expect(await cache.find("k")).toBeUndefined();
  await cache.store("k", write("bytes"));
  expect((await cache.find("k"))?.description).toEqual({ text: "bytes" });
});

test("a failed write leaves nothing behind", async () => {
  const cache = await openCache(root);
  const failing = cache.store("k", async (folder) => {
    writeFileSync(join(folder, "half"), "h");
    throw new Error("disk on fire");
  });
  await expect(failing).rejects.toThrow("disk on fire");
  expect(await cache.find("k")).toBeUndefined();
  expect(readdirSync(join(root, "aside"))).toEqual([]);
});

test("two that make the same entry at once both get it", async () => {
  const [a, b] = [await openCache(root), await openCache(root)];
  const entries = await Promise.all([a.store("k", write("same")), b.store("k", write("same"))]);
  for (const entry of entries) expect(readFileSync(join(entry.folder, "model.onnx"), "utf8")).toBe("same");
  expect(readdirSync(join(root, "aside"))).toEqual([]);
});

test("the entries used longest ago go when the limit is passed; this process's own stay", async () => {
  const before = await openCache(root, 1000);
  for (const key of ["a", "b", "c"]) {
    await before.store(key, write("x".repeat(300)));
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const later = await openCache(root, 1000);
  await later.find("a");
  await later.store("d", write("x".repeat(300)));
  expect(readdirSync(join(root, "entries")).sort()).toEqual(["a", "c", "d"]);
  await later.store("e", write("x".repeat(2000)));
  expect(readdirSync(join(root, "entries")).sort()).toEqual(["a", "d", "e"]);
});

test("a folder that cannot be made is named", async () => {
  writeFileSync(join(root, "file"), "");
  await expect(openCache(join(root, "file"))).rejects.toThrow(/^CACHE_FOLDER at .*file: .*--cache-dir/);
});
