import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claimRunFolder } from "./run-folder.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "pare-runs-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const digest = "0123456789abcdef";
const claim = () => claimRunFolder(root, digest, "record.json");
/** No process has this number: above what Linux, macOS and Windows give out. */
const nobody = JSON.stringify({ pid: 2 ** 30, host: hostname() });

test("a finished run is never written over", async () => {
  const first = await claim();
  expect(first).toMatchObject({ id: "0123456789-1", resumed: false });
  await first.finish("record.json", "{}");
  expect(readdirSync(first.path)).toEqual(["record.json"]);
  expect(await claim()).toMatchObject({ id: "0123456789-2", resumed: false });
});

test("an interrupted run is taken up again with the parts it had", async () => {
  const first = await claim();
  expect(await first.part("accuracy", async () => 0.9)).toEqual({ value: 0.9, resumed: false });
  writeFileSync(join(first.path, ".running"), nobody);
  const second = await claim();
  expect(second).toMatchObject({ id: first.id, resumed: true });
  expect(await second.part("accuracy", async () => 0.1)).toEqual({ value: 0.9, resumed: true });
  await second.finish("record.json", "{}");
  expect(existsSync(join(second.path, ".parts"))).toBe(false);
});

test("a part comes back as it was, also what JSON has no word for", async () => {
  const value = { loss: Number.NaN, rates: [Infinity, -Infinity, 1] };
  const first = await claim();
  await first.part("accuracy", async () => value);
  expect((await first.part<typeof value>("accuracy", async () => ({ loss: 0, rates: [] }))).value).toEqual(value);
});

test("two runs at once get a folder each", async () => {
  const both = await Promise.all([claim(), claim(), claim()]);
  expect(new Set(both.map(({ id }) => id)).size).toBe(3);
});

test("of several that find an abandoned folder one takes it", async () => {
  const first = await claim();
  writeFileSync(join(first.path, ".running"), nobody);
  const both = await Promise.all([claim(), claim(), claim()]);
  expect(both.filter(({ resumed }) => resumed)).toHaveLength(1);
  expect(new Set(both.map(({ id }) => id)).size).toBe(3);
});

test("a run on another host is left alone", async () => {
  const first = await claim();
  writeFileSync(join(first.path, ".running"), JSON.stringify({ pid: 2 ** 30, host: "elsewhere" }));
  expect((await claim()).id).not.toBe(first.id);
  expect(readFileSync(join(first.path, ".running"), "utf8")).toContain("elsewhere");
});
