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

test("what cannot be told fails only strictly", () => {
  const gate = (status: "pass" | "fail" | "cannot-tell" | "skipped") => ({ expression: status, status, reason: "" });
  const record = { gates: [gate("pass"), gate("fail"), gate("cannot-tell"), gate("skipped")] };
  const failed = (strict: boolean) => failedGates(record as never, strict).map(({ status }) => status);
  expect(failed(false)).toEqual(["fail"]);
  expect(failed(true)).toEqual(["fail", "cannot-tell"]);
});
