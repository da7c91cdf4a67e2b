import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openFileSet } from "./file-set.ts";
import { readPlace } from "./place.ts";

const root = mkdtempSync(join(tmpdir(), "pare-archives-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const long = `${"long-folder-name/".repeat(12)}file.txt`;

beforeAll(() => {
  mkdirSync(join(root, "in", long, ".."), { recursive: true });
  writeFileSync(join(root, "in", long), "far down");
  writeFileSync(join(root, "in/größe.txt"), "umlauts");
  writeFileSync(join(root, "in/empty.txt"), "");
});

async function contents(path: string): Promise<Record<string, string>> {
  const { files } = await openFileSet(path);
  return Object.fromEntries(files.map((file) => [file.path, Buffer.from(readPlace(file.place)).toString()]));
}

const expected = { "empty.txt": "", "größe.txt": "umlauts", [long]: "far down" };

it("a folder", async () => expect(await contents(join(root, "in"))).toEqual(expected));

it.each(["gnu", "pax", "ustar"])("a tar as %s writes it", async (format) => {
  const name = `${format}.tar`;
  const paths = ["empty.txt", "größe.txt", long];
  execFileSync("tar", ["cf", `../${name}`, `--format=${format}`, ...paths], { cwd: join(root, "in") });
  expect(await contents(join(root, name))).toEqual(expected);
});

it("a tar or zip that ends too early", async () => {
  execFileSync("tar", ["cf", "../whole.tar", long], { cwd: join(root, "in") });
  writeFileSync(join(root, "short.tar"), readFileSync(join(root, "whole.tar")).subarray(0, 1100));
  await expect(openFileSet(join(root, "short.tar"))).rejects.toThrow("DATA_ARCHIVE");
  writeFileSync(join(root, "short.zip"), Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.alloc(100)]));
  await expect(openFileSet(join(root, "short.zip"))).rejects.toThrow("it has no directory: the file may be incomplete");
});
