import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Checkpoint } from "@pare/pass";
import { numbers, stringTensor, tensorOf } from "@pare/tensor";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { folderCheckpoints } from "./checkpoint-store.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "checkpoints-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (epoch: number): Checkpoint => ({
  facts: { epoch, curves: [0.5, "½"] },
  tensors: new Map([
    ["w", tensorOf("float32", [2, 2], [epoch, -0.5, 2, 3])],
    ["none", tensorOf("int64", [0], [])],
    ["names", stringTensor([1], ["ä"])],
  ]),
});

const shown = (checkpoint: Checkpoint | undefined) =>
  checkpoint && {
    facts: checkpoint.facts,
    tensors: [...checkpoint.tensors].map(([name, { dtype, shape, source }]) => ({
      ...{ name, dtype, shape, bytes: [...source.read(0, source.size)] },
    })),
  };

const latestFile = () => join(folder, readdirSync(folder).find((name) => name.endsWith(".latest"))!);

it("gives back what was saved last, also to another process", async () => {
  const store = folderCheckpoints(folder);
  expect(await store.latest("a")).toBeUndefined();
  for (const epoch of [1, 2]) await store.save("a", at(epoch));
  await store.save("b", at(9));
  expect(shown(await folderCheckpoints(folder).latest("a"))).toEqual(shown(at(2)));
  expect([...numbers((await store.latest("b"))!.tensors.get("w")!)]).toEqual([9, -0.5, 2, 3]);
});

describe("a torn file", () => {
  const tear: readonly (readonly [string, (path: string) => void])[] = [
    ["cut off", (path) => truncateSync(path, readFileSync(path).length - 1)],
    ["empty", (path) => truncateSync(path, 0)],
    [
      "damaged",
      (path) =>
        writeFileSync(
          path,
          readFileSync(path).map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
        ),
    ],
    ["longer", (path) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.of(0)]))],
    ["of something else", (path) => writeFileSync(path, "PARECKPTxxxxxxxxxxxxxxxxx")],
    ["gone", (path) => rmSync(path)],
  ];

  it.each(tear)("%s: the one before is taken, and stays until the next is whole", async (_, damage) => {
    const store = folderCheckpoints(folder);
    for (const epoch of [1, 2]) await store.save("a", at(epoch));
    damage(latestFile());
    const again = folderCheckpoints(folder);
    expect(shown(await again.latest("a"))).toEqual(shown(at(1)));
    await again.save("a", at(3));
    expect(shown(await again.latest("a"))).toEqual(shown(at(3)));
    damage(latestFile());
    expect(shown(await folderCheckpoints(folder).latest("a"))).toEqual(shown(at(1)));
  });
});

it("clears what is of a key", async () => {
  const store = folderCheckpoints(folder);
  for (const epoch of [1, 2]) await store.save("a", at(epoch));
  await store.save("b", at(3));
  await store.clear("a");
  expect(await store.latest("a")).toBeUndefined();
  expect(readdirSync(folder)).toHaveLength(1);
});
