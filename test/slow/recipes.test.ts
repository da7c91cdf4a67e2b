import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunRecord } from "@pare/report";
import { afterAll, describe, expect, it } from "vitest";
import { pare } from "../support/pare.ts";

const recipes = fileURLToPath(new URL("../../recipes/", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pare-recipes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const env = { PARE_CACHE_DIR: join(folder, "cache") };

/** Of the original on test data, so that a gate that compares with it means something. */
const learned: Readonly<Record<string, readonly [metric: string, atLeast: number]>> = {
  fraud: ["precision.average", 0.85],
  quickstart: ["accuracy.top1", 0.85],
  text: ["accuracy.top1", 0.9],
  vision: ["accuracy.top1", 0.9],
};

it("every ready recipe is run here", () => {
  const ready = readdirSync(recipes).filter((file) => file.endsWith(".yaml"));
  expect(ready.sort()).toEqual(Object.keys(learned).map((name) => `${name}.yaml`));
});

describe.each(Object.entries(learned))("recipes/%s.yaml", (name, [metric, atLeast]) => {
  it("is planned", async () => {
    const { code, out } = await pare(folder, ["plan", join(recipes, `${name}.yaml`)], env);
    expect(code).toBe(0);
    expect(out).toContain("quantize/auto:");
  });

  it("ends with every gate passed, on a model that has learned its task", async () => {
    const run = await pare(folder, ["run", join(recipes, `${name}.yaml`), "-o", folder, "--json"], env);
    expect(run).toMatchObject({ code: 0 });
    const { gates, original, steps }: RunRecord = JSON.parse(run.out);
    expect(gates!.length).toBeGreaterThan(2);
    // Whether speed can be told depends on what else the machine does; that it is worse fails the run.
    for (const { expression, status } of gates!)
      expect(/latency|throughput/.test(expression) ? ["pass", "cannot-tell"] : ["pass"]).toContain(status);
    const found = original.metrics.find((each) => each.name === metric);
    expect(found!.value).toBeGreaterThan(atLeast);
    const trainings = steps.flatMap(({ notes }) => notes.flatMap(({ training = [] }) => training));
    const [taught, alone] = trainings.filter(({ label }) => /taught|alone/.test(label));
    if (name === "quickstart") expect(taught!.value).toBeGreaterThan(alone!.value);
    // Training and measuring, beside other tests.
  }, 900_000);
});
