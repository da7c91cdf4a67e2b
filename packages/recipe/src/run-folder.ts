import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Digest } from "./digest.ts";
import { digestOf } from "./digest.ts";

/**
 * The folder of one run: `<root>/<key>-<n>`.
 *
 * 1. `key` is the start of the digest of everything that decides the result, so a rerun finds its own folders; `n`
 *    counts the finished runs of that key: a finished run is never written over.
 * 2. A run that was interrupted is taken up again in its own folder: parts that it had finished are not done twice.
 * 3. Two runs at once get a folder each: `.running` names the process that owns one.
 */
export interface RunFolder {
  readonly path: string;
  readonly id: string;
  readonly resumed: boolean;
  /** Computes a part, or takes what an interrupted run had computed. Plain data. */
  part<T>(key: unknown, compute: () => Promise<T>): Promise<{ readonly value: T; readonly resumed: boolean }>;
  /** Gives the folder up, finished: `file` (the record) is written last and makes it so. */
  finish(file: string, text: string): Promise<void>;
}

const owner = ".running";
const parts = ".parts";
const keyDigits = 10;

/** `done`: the name of the file that only a finished run has. */
export async function claimRunFolder(root: string, digest: Digest, done: string): Promise<RunFolder> {
  await mkdir(root, { recursive: true });
  const key = digest.slice(0, keyDigits);
  for (;;) {
    const numbers = await runNumbers(root, key);
    const last = numbers.at(-1);
    const unfinished = last === undefined ? undefined : join(root, `${key}-${last}`);
    if (unfinished !== undefined && !existsSync(join(unfinished, done)) && (await takeOver(unfinished)))
      return runFolder(unfinished, `${key}-${last}`, true);
    const id = `${key}-${(last ?? 0) + 1}`;
    if (await claimNew(join(root, id))) return runFolder(join(root, id), id, false);
  }
}

/** Gives up a claim: the folder goes where nothing was written into it; what a rerun may take up stays. */
export async function releaseRunFolder({ path }: RunFolder): Promise<void> {
  const names = await readdir(path, { recursive: true, withFileTypes: true });
  const isKept = names.some((entry) => entry.isFile() && !entry.name.startsWith(owner));
  if (!isKept) await rm(path, { recursive: true });
}

async function runNumbers(root: string, key: string): Promise<readonly number[]> {
  const names = (await readdir(root)).filter((name) => name.startsWith(`${key}-`));
  const numbers = names.map((name) => Number(name.slice(key.length + 1)));
  return numbers.filter(Number.isInteger).sort((a, b) => a - b);
}

/** The folder appears with its owner's mark in it: nobody sees it without. False where the name is taken. */
async function claimNew(path: string): Promise<boolean> {
  const draft = `${path}.${randomBytes(6).toString("hex")}`;
  await mkdir(draft);
  await writeFile(join(draft, owner), ownMark());
  try {
    await rename(draft, path);
    return true;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    if (existsSync(path)) return false;
    throw error;
  }
}

/**
 * Of several processes that find the same abandoned folder one has it: the one that makes the file named after the mark
 * that all of them read. A name made from the mark is never made twice, so who reads late cannot take it from the first.
 */
async function takeOver(path: string): Promise<boolean> {
  const mark = join(path, owner);
  const text = await readFile(mark, "utf8").catch(() => undefined);
  if (text === undefined || isAlive(text)) return false;
  try {
    await writeFile(`${mark}.${digestOf(text).slice(0, keyDigits)}`, "", { flag: "wx" });
  } catch {
    return false;
  }
  await writeWhole(mark, ownMark());
  return true;
}

/** No two marks are the same, not even those of one process. */
const ownMark = () => JSON.stringify({ pid: process.pid, host: hostname(), claim: randomBytes(6).toString("hex") });

/** Whether the process of a mark may still run. One on another host counts as alive: it cannot be asked. */
function isAlive(text: string): boolean {
  try {
    const { pid, host } = JSON.parse(text) as { pid: number; host: string };
    if (host !== hostname()) return true;
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function runFolder(path: string, id: string, resumed: boolean): RunFolder {
  return {
    path,
    id,
    resumed,
    part: async (key, compute) => {
      const file = join(path, parts, `${digestOf(key)}.json`);
      const known = await readFile(file, "utf8").catch(() => undefined);
      if (known !== undefined) return { value: JSON.parse(known, numberFrom), resumed: true };
      const value = await compute();
      await mkdir(join(path, parts), { recursive: true });
      await writeWhole(file, JSON.stringify(value, numberTo));
      return { value, resumed: false };
    },
    finish: async (file, text) => {
      await writeWhole(join(path, file), text);
      const leftovers = (await readdir(path)).filter((name) => name.startsWith(owner) || name === parts);
      for (const name of leftovers) await rm(join(path, name), { recursive: true, force: true });
    },
  };
}

const tag = "not finite";

/** JSON has no word for what is no finite number, and a part must come back as it was. */
function numberTo(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { [tag]: String(value) } : value;
}

function numberFrom(_: string, value: unknown): unknown {
  return typeof value === "object" && value !== null && tag in value ? Number(value[tag]) : value;
}

/** Written aside and renamed: the file is whole or not there. */
export async function writeWhole(file: string, content: string | Uint8Array): Promise<void> {
  const draft = `${file}.${randomBytes(6).toString("hex")}`;
  await writeFile(draft, content);
  await rename(draft, file);
}
