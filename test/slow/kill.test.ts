import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { randomStream } from "@pare/data";
import { afterAll, expect, test } from "vitest";
import { pare, startPare } from "../support/pare.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const recipe = `version: 1
name: killed
model: builtin:quickstart
data:
  test: { generated: glyphs, samples: 300 }
  input: { mean: [0.5], std: [0.25] }
steps:
  - opset/upgrade: { to: 17 }
  - simplify
  - opset/upgrade: { to: 21 }
measure:
  - { name: online, budget: 0.5 }
  - { name: bulk, scenario: batch, batch: 16, budget: 0.5 }
`;

const sha256 = (path: string) => createHash("sha256").update(readFileSync(path)).digest("hex");

test("kill -9 at ten random moments: the rerun gives the same bytes and skips what was finished", async () => {
  writeFileSync(join(folder, "killed.yaml"), recipe);
  const began = performance.now();
  const whole = await pare(folder, ["run", "killed.yaml", "--out", "whole", "--cache-dir", "cache-whole"]);
  const wholeMs = performance.now() - began;
  expect(whole).toMatchObject({ code: 0 });
  const [id] = readdirSync(join(folder, "whole/killed"));

  const random = randomStream(1, 0, 0);
  const args = ["run", "killed.yaml", "--out", "runs", "--cache-dir", "cache"];
  for (let kill = 0; kill < 10; kill++) {
    const run = startPare(folder, args);
    await sleep(random.uniform() * wholeMs * 0.9);
    run.child.kill("SIGKILL");
    await run.ended;
    // A run that was done before its kill came would leave nothing to continue.
    if (existsSync(join(folder, "runs/killed", id!, "record.json"))) rmSync(join(folder, "runs"), { recursive: true });
  }

  const kept = readdirSync(join(folder, "cache/entries")).length;
  const last = await pare(folder, [...args, "--json"]);
  expect(last).toMatchObject({ code: 0 });
  const record = JSON.parse(last.out);
  expect(record.steps.map(({ status }: { status: string }) => status)).toEqual(
    [0, 1, 2].map((step) => (step < kept ? "cached" : "done")),
  );
  expect(kept, "no kill came after a step was finished: the test shows nothing").toBeGreaterThan(0);
  expect(readdirSync(join(folder, "runs/killed"))).toEqual([id]);
  const place = join(folder, "runs/killed", id!);
  const written = [
    "junit.xml",
    "model.onnx",
    "recipe.lock.yaml",
    "record.json",
    "report.html",
    "report.md",
    "report.svg",
  ];
  expect(readdirSync(place).sort()).toEqual(written);
  expect(sha256(join(place, "model.onnx"))).toBe(sha256(join(folder, "whole/killed", id!, "model.onnx")));
});
