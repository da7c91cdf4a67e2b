import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Ended, pare, startPare } from "../support/pare.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-recipe-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const quickstart = fileURLToPath(new URL("../../recipes/quickstart.onnx", import.meta.url));
const env = { PARE_CACHE_DIR: join(folder, "cache") };
const recipe = `version: 1
name: small
model: model.onnx
data:
  test: { generated: glyphs, samples: 300 }
  input: { mean: [0.5], std: [0.25] }
evaluate: [accuracy.top1, loss]
steps:
  - simplify: { except: "op:Clip" }
measure:
  - { name: online, budget: 0.5 }
`;

let first: Ended;
const folders = () => readdirSync(join(folder, "runs/small")).sort();
const bytes = (run: string) => readFileSync(join(folder, "runs/small", run, "model.onnx"));

beforeAll(async () => {
  copyFileSync(quickstart, join(folder, "model.onnx"));
  writeFileSync(join(folder, "small.yaml"), recipe);
  first = await pare(folder, ["run", "small.yaml"], env);
});

test("a run prints a table and writes model, record, report and lock file", () => {
  expect(first).toMatchObject({ code: 0 });
  expect(first.out).toMatch(/^small: \d+ → \d+ nodes/);
  for (const line of first.out.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
  const [run] = folders();
  const place = join(folder, "runs/small", run!);
  expect(readdirSync(place).sort()).toEqual([
    "junit.xml",
    "model.onnx",
    "recipe.lock.yaml",
    "record.json",
    "report.html",
    "report.md",
    "report.svg",
  ]);
  expect(readFileSync(join(place, "report.svg"), "utf8")).toMatch(/^<svg xmlns/);
  const record = JSON.parse(readFileSync(join(place, "record.json"), "utf8"));
  expect(record).toMatchObject({
    format: "pare-record",
    version: 1,
    recipe: { name: "small" },
    data: [{ split: "test", samples: 300 }],
    steps: [{ name: "simplify", options: { except: ["op:Clip"] }, status: "done" }],
    timings: [{ name: "online", scenario: "online" }],
  });
  const names = record.result.metrics.map(({ name }: { name: string }) => name);
  expect(names).toEqual(expect.arrayContaining(["accuracy.top1", "loss", "latency.online.p50"]));
  expect(readFileSync(join(place, "report.md"), "utf8")).toContain("| accuracy.top1 |");
});

test("the model says which version and which recipe made it", async () => {
  const [run] = folders();
  const place = join("runs/small", run!);
  const [found] = JSON.parse((await pare(folder, ["inspect", "--json", join(place, "model.onnx")])).out);
  const record = JSON.parse(readFileSync(join(folder, place, "record.json"), "utf8"));
  expect(found.metadata).toMatchObject({
    "pare.version": record.environment.pare,
    "pare.recipe": record.recipe.sha256,
  });
});

test("a second run takes the step from the cache and gives the same bytes in a folder of its own", async () => {
  const before = folders();
  const { code, out } = await pare(folder, ["run", "small.yaml", "--json"], env);
  expect(code).toBe(0);
  expect(JSON.parse(out).steps).toMatchObject([{ status: "cached" }]);
  const [added] = folders().filter((run) => !before.includes(run));
  expect(bytes(added!).equals(bytes(before[0]!))).toBe(true);
});

test("without the cache it gives them too, and the lock file holds", async () => {
  const before = folders();
  const lock = join("runs/small", before[0]!, "recipe.lock.yaml");
  const { code, out } = await pare(folder, ["run", "small.yaml", "--json", "--no-cache", "--lock", lock], env);
  expect(code).toBe(0);
  expect(JSON.parse(out).steps).toMatchObject([{ status: "done" }]);
  const [added] = folders().filter((run) => !before.includes(run));
  expect(bytes(added!).equals(bytes(before[0]!))).toBe(true);
});

test("a gate that fails makes the exit code 1, and every report says so", async () => {
  writeFileSync(
    join(folder, "gated.yaml"),
    `${recipe.replace("name: small", "name: gated")}gates:
  - size.file < 0.5 * original.size.file
  - accuracy.top1 >= base.accuracy.top1 - 0.05
  - nodes < original.nodes
`,
  );
  const run = await pare(folder, ["run", "gated.yaml"], env);
  expect(run.code).toBe(1);
  expect(run.out).toMatch(/^fail {9}size\.file < 0\.5 \* original\.size\.file$/m);
  expect(run.out).toMatch(/^skipped {6}accuracy\.top1 >= base/m);
  const place = join("runs/gated", readdirSync(join(folder, "runs/gated"))[0]!);
  const read = (name: string) => readFileSync(join(folder, place, name), "utf8");
  const statuses = JSON.parse(read("record.json")).gates.map(({ status }: { status: string }) => status);
  expect(statuses).toEqual(["fail", "skipped", "pass"]);
  expect(read("junit.xml")).toContain('tests="4" failures="1" errors="0" skipped="1"');
  expect(read("report.md")).toContain("| ❌ fail |");

  const againstBase = await pare(folder, ["run", "gated.yaml", "--base", place, "--json"], env);
  expect(againstBase.code).toBe(1);
  expect(JSON.parse(againstBase.out).gates[1]).toMatchObject({ status: expect.stringMatching(/^(pass|cannot-tell)$/) });

  const several = await pare(folder, ["report", place, join("runs/small", folders()[0]!), "-o", "both.html"], env);
  expect(several).toMatchObject({ code: 0, out: "", err: "" });
  expect(readFileSync(join(folder, "both.html"), "utf8")).toContain("<h1>2 runs</h1>");
  const refused = await pare(folder, ["report", place, "-o", "both.html"], env);
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toMatch(/^FILE_EXISTS at both\.html/);
  const markdown = await pare(folder, ["report", place], env);
  expect(markdown.out).toBe(read("report.md").replace(/^!\[.*\]\(report\.svg\)\n\n/m, ""));
});

test("a mistyped gate is found before anything is done", async () => {
  writeFileSync(join(folder, "typo.yaml"), `${recipe}gates:\n  - size.fil < 3\n`);
  const before = folders();
  for (const verb of ["plan", "run"]) {
    const { code, err } = await pare(folder, [verb, "typo.yaml"], env);
    expect(code).toBe(2);
    expect(err).toMatch(/^GATE_METRIC at gates\[0\] in typo\.yaml:13: .* Did you mean "size\.file"\?/);
  }
  expect(folders()).toEqual(before);
});

test("a lock file of another model or recipe is an error that names what differs", async () => {
  const lock = join("runs/small", folders()[0]!, "recipe.lock.yaml");
  writeFileSync(join(folder, "other.yaml"), recipe.replace("name: small", "name: small\nseed: 3"));
  const other = await pare(folder, ["run", "other.yaml", "--lock", lock], env);
  expect(other).toMatchObject({ code: 2, out: "" });
  expect(other.err).toMatch(/^LOCK_DIFFERS at .*: recipe: locked [0-9a-f]{12}, here [0-9a-f]{12}\./);

  const text = readFileSync(join(folder, lock), "utf8");
  const changed = text.replace(
    /(pass: simplify\n +sha256: )(.)/,
    (_, lead, digit) => lead + (digit === "0" ? "1" : "0"),
  );
  expect(changed).not.toBe(text);
  writeFileSync(join(folder, "changed.lock.yaml"), changed);
  const step = await pare(folder, ["run", "small.yaml", "--lock", "changed.lock.yaml"], env);
  expect(step.code).toBe(2);
  expect(step.err).toMatch(/LOCK_DIFFERS at changed\.lock\.yaml: .*output of steps\[0\] \(simplify\): locked /);
});

test("two runs at once share the cache and do not disturb each other", async () => {
  const shared = { PARE_CACHE_DIR: join(folder, "cache-of-two") };
  const both = await Promise.all([1, 2].map(() => pare(folder, ["run", "small.yaml", "--out", "two"], shared)));
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  const places = readdirSync(join(folder, "two/small"));
  expect(places).toHaveLength(2);
  for (const place of places)
    expect(readFileSync(join(folder, "two/small", place, "model.onnx")).equals(bytes(folders()[0]!))).toBe(true);
});

test("Ctrl-C ends with 130 and one line, and the next run continues", async () => {
  writeFileSync(
    join(folder, "long.yaml"),
    recipe.replace("name: small", "name: long").replace("samples: 300", "samples: 500000"),
  );
  const run = startPare(folder, ["run", "long.yaml"], env);
  await sleep(4000);
  run.child.kill("SIGINT");
  const interrupted = await run.ended;
  expect(interrupted).toMatchObject({ code: 130, out: "" });
  expect(interrupted.err.trimEnd().split("\n").at(-1)).toBe("Interrupted. The same command continues the run.");
  expect(readdirSync(join(folder, "runs/long"))).toHaveLength(1);
});

test("plan writes nothing, and what it prints is a recipe", async () => {
  const before = readdirSync(folder).sort();
  const { code, out } = await pare(folder, ["plan", "small.yaml"], env);
  expect(code).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(before);
  writeFileSync(join(folder, "planned.yaml"), out);
  const again = await pare(folder, ["plan", "planned.yaml"], env);
  expect(again).toMatchObject({ code: 0, out });
});

test("a reader that goes away ends the command quietly", async () => {
  const run = startPare(folder, ["schema"], env);
  run.child.stdout?.destroy();
  expect(await run.ended).toMatchObject({ code: 0, err: "" });
});
