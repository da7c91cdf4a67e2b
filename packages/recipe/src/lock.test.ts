import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkLockInputs, checkLockOutput, type LockFacts, readLock, writeLock } from "./lock.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-lock-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(64)) as [string, string, string];

const facts: LockFacts = {
  tool: "0.1.0",
  runtime: "onnxruntime-node 1.30.0",
  cpu: { arch: "x64", features: ["avx2"] },
  recipe: {
    version: 1,
    name: "r",
    seed: 0,
    model: "m.onnx",
    data: {},
    evaluate: { metrics: [], activation: "auto", samples: 100 },
    steps: [{ pass: "simplify", only: [], except: [], options: { limit: 3 } }],
    measure: [],
    gates: [],
  },
  recipeSha256: a,
  modelSha256: b,
  namedSha256: { "teacher.onnx": a },
  dataSha256: { test: c },
};

function written(): { file: string; lock: ReturnType<typeof readLock> } {
  const file = join(folder, "recipe.lock.yaml");
  writeFileSync(file, writeLock(facts, { steps: [{ sha256: c }], output: { file: "model.onnx", sha256: a } }));
  return { file, lock: readLock(file) };
}

test("a lock file comes back as it was written, the recipe with every default in it", () => {
  const { lock } = written();
  expect(lock).toMatchObject({
    lock: 1,
    tool: "0.1.0",
    recipe: { sha256: a, written: { steps: [{ simplify: { limit: 3 } }] } },
    steps: [{ pass: "simplify", sha256: c }],
  });
});

test("what a step chose by measuring is in it", () => {
  const file = join(folder, "choices.lock.yaml");
  const choices = { "quantize/auto": { scheme: "static", float: ["conv1"], margin: 0.5 } };
  const outcome = { steps: [{ sha256: c, choices }], output: { file: "model.onnx", sha256: a } };
  writeFileSync(file, writeLock(facts, outcome));
  expect(readLock(file).steps[0]).toEqual({ pass: "simplify", sha256: c, choices });
});

test("the same inputs and outputs pass", () => {
  const { lock } = written();
  checkLockInputs(lock, { ...facts, runtime: "another" }, "l.yaml");
  checkLockOutput(lock, facts, "l.yaml", c, 0);
  checkLockOutput(lock, facts, "l.yaml", a);
});

test("everything that differs is named", () => {
  const { lock } = written();
  const other = { ...facts, tool: "0.2.0", modelSha256: c, dataSha256: {} };
  expect(() => checkLockInputs(lock, other, "l.yaml")).toThrow(
    "LOCK_DIFFERS at l.yaml: this run cannot give the locked bytes: tool version: locked 0.1.0, here 0.2.0; " +
      "model: locked bbbbbbbbbbbb, here cccccccccccc; test data: locked cccccccccccc, here none. " +
      "Restore what differs, or run without --lock to write a new lock file.",
  );
});

test("a step that gives other bytes is named with what else is different here", () => {
  const { lock } = written();
  const other = { ...facts, cpu: { arch: "x64", features: ["avx2", "avx512f"] } };
  expect(() => checkLockOutput(lock, other, "l.yaml", b, 0)).toThrow(
    /output of steps\[0\] \(simplify\): locked cccccccccccc, here bbbbbbbbbbbb\. .*processor features: locked avx2, here avx2 avx512f/,
  );
});

test("what is no lock file is refused", () => {
  expect(() => readLock("nowhere.lock.yaml")).toThrow(
    /^LOCK_MISSING at nowhere\.lock\.yaml: there is no such lock file\./,
  );
  const file = join(folder, "other.yaml");
  writeFileSync(file, "version: 1\nmodel: m.onnx\n");
  expect(() => readLock(file)).toThrow(
    /^LOCK_UNREADABLE at .*other\.yaml: this is not a lock file of this version: lock/,
  );
});
