import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkRecipe } from "@pare/recipe";
import { expect, test } from "vitest";
import { recipeCatalog } from "../catalog.ts";
import { failedGates, readGates } from "./gates.ts";

const recipe = (gates: string) =>
  checkRecipe(
    `version: 1
model: builtin:quickstart
data: { test: { generated: glyphs } }
evaluate: [accuracy.top1]
measure:
  - { name: online }
  - { name: bulk, scenario: batch }
gates:
  - nodes <= original.nodes
  - ${gates}
`,
    "r.yaml",
    recipeCatalog,
  );

test("gates know what the recipe measures", async () => {
  const gates = await readGates(
    recipe("accuracy.top1 > 0.5 and throughput.bulk > 3 and p99 < 9 and size.file < 9e6 and memory.peak < 1e9"),
  );
  expect(gates).toHaveLength(2);
});

test("a mistyped metric is named with its line before anything runs", async () => {
  await expect(readGates(recipe("latency.onlin.p50 < 3"))).rejects.toThrow(
    /^GATE_METRIC at gates\[1\] in r\.yaml:10: there is no metric "latency\.onlin\.p50"\. Did you mean "latency\.online\.p50"\?/,
  );
});

test("a class that there is not, and the metric of no class, are refused before anything runs", async () => {
  const of = (gate: string, evaluate = "[recall.class, recall.macro]") =>
    checkRecipe(
      `version: 1\nmodel: builtin:quickstart\ndata: { test: { generated: glyphs } }\nevaluate: ${evaluate}\ngates: ["${gate}"]\n`,
      "r.yaml",
      recipeCatalog,
    );
  expect(await readGates(of("recall.class.ring > 0.1"))).toHaveLength(1);
  await expect(readGates(of("recall.class.zzz > 0.1"))).rejects.toThrow(
    /^GATE_METRIC at gates\[0\] in r\.yaml:5: there is no class "zzz"\. .*Write one of: recall\.class\.ring, /,
  );
  await expect(readGates(of("recall.class > 0.1"))).rejects.toThrow(
    /^GATE_AMBIGUOUS .*Write one of: recall\.class\.ring, /,
  );
  await expect(readGates(of("recall > 0.1"))).rejects.toThrow(/^GATE_AMBIGUOUS .*recall\.macro, recall\.class\.ring, /);
  // `auto` measures no class by itself.
  await expect(readGates(of("recall.class.zzz > 0.1", "auto"))).rejects.toThrow(/^GATE_METRIC .*no metric/);
});

test("metrics of a module are known by the names that it declares", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pare-gates-"));
  const metric = `export default [{ name: "faces.recall", better: "higher", outcome: () => 1 }];`;
  writeFileSync(join(folder, "metric.mjs"), metric);
  const own = (gate: string, module = "./metric.mjs") =>
    checkRecipe(
      `version: 1\nmodel: builtin:quickstart\nevaluate: ["${module}"]\ngates: ["${gate}"]\n`,
      join(folder, "r.yaml"),
      recipeCatalog,
    );
  try {
    expect(await readGates(own("faces.recall > 0.9"))).toHaveLength(1);
    await expect(readGates(own("faces.recal > 0.9"))).rejects.toThrow(/^GATE_METRIC .*Did you mean "faces\.recall"\?/);
    await expect(readGates(own("nodes < 9", "./nothing.mjs"))).rejects.toThrow(/^METRIC_MODULE at .*nothing\.mjs: /);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("what cannot be told fails only strictly", () => {
  const gate = (status: "pass" | "fail" | "cannot-tell" | "skipped") => ({ expression: status, status, reason: "" });
  const record = { gates: [gate("pass"), gate("fail"), gate("cannot-tell"), gate("skipped")] };
  const failed = (strict: boolean) => failedGates(record as never, strict).map(({ status }) => status);
  expect(failed(false)).toEqual(["fail"]);
  expect(failed(true)).toEqual(["fail", "cannot-tell"]);
});
