import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord } from "@pare/report";
import { afterAll, expect, it } from "vitest";
import { runRecipe } from "../run/run.ts";
import { compareRecords } from "./compare.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-compare-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A run of the built-in model on forty glyphs. */
async function run(): Promise<string> {
  mkdirSync(join(folder, "recipes"));
  const recipe = join(folder, "recipes", "small.yaml");
  const data = "{ test: { generated: glyphs, samples: 40 }, input: { mean: [0.5], std: [0.25] } }";
  writeFileSync(
    recipe,
    `version: 1\nmodel: builtin:quickstart\ndata: ${data}\nevaluate: [accuracy.top1]\nmeasure: [{ budget: 0.3, price-per-hour: 1 }]\ngates: [size.gzip < size.file, cost.online > 0, start.cold > start.load]\n`,
  );
  return (await runRecipe(recipe, { out: join(folder, "runs"), cacheFolder: false })).folder;
}

function edited(path: string, change: (record: RunRecord) => RunRecord): string {
  const copy = mkdtempSync(join(folder, "copy-"));
  const record: RunRecord = JSON.parse(readFileSync(join(path, "record.json"), "utf8"));
  writeFileSync(join(copy, "record.json"), JSON.stringify(change(record)));
  return copy;
}

it("times both models on the records' own test data, and evaluates them again when asked", async () => {
  const path = await run();
  const record: RunRecord = JSON.parse(readFileSync(join(path, "record.json"), "utf8"));
  expect(record.recipe.folder).toBe("../../../recipes");
  expect(record.result.metrics.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["start.cold", "start.load", "memory.peak", "cost.online"]),
  );
  expect(record.gates!.map(({ status }) => status)).toEqual(["pass", "pass", "pass"]);
  // What the record holds of accuracy is made wrong: a new evaluation does not see it.
  const wrong = edited(path, ({ result, ...rest }) => ({
    ...rest,
    result: { ...result, metrics: result.metrics.map((metric) => ({ ...metric, value: 0 })) },
  }));
  const models = { baseModel: join(path, "model.onnx"), headModel: join(path, "model.onnx") };
  const compared = await compareRecords(wrong, path, { ...models, budget: 0.3, starts: 0, evaluate: true });
  expect(compared.inputs).toBe("the first samples of the test data");
  expect(compared.hostNotes).toEqual([]);
  const accuracy = compared.rows.find(({ metric }) => metric === "accuracy.top1")!;
  expect(accuracy).toMatchObject({ value: 0 });
  expect(accuracy.base).toBeGreaterThan(0.5);
  expect(accuracy.verdict).toBe("same");
  expect(compared.evaluated).toBe("the test data of the head");

  // A base on other data is evaluated on the head's; a head whose data is gone cannot be.
  const changed = edited(path, (each) => ({ ...each, data: each.data.map((set) => ({ ...set, sha256: "other" })) }));
  const again = await compareRecords(changed, path, { ...models, budget: 0.3, starts: 0, evaluate: true });
  expect(again.rows.find(({ metric }) => metric === "accuracy.top1")).toMatchObject({ verdict: "same" });
  expect(again.evaluated).toBe("the test data of the head, which is not what the run of the base saw");
  await expect(compareRecords(path, changed, { ...models, budget: 0.3, starts: 0, evaluate: true })).rejects.toThrow(
    /^COMPARE_DATA at head: .*: its content is not what the run saw/,
  );
}, 60_000);
