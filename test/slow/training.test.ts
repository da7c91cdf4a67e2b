import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModelFile } from "@pare/formats";
import type { RunRecord } from "@pare/report";
import { afterAll, describe, expect, test } from "vitest";
import { pare } from "../support/pare.ts";

/** Training from the command line: real files, the real program. */
const folder = mkdtempSync(join(tmpdir(), "pare-training-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function recipe(name: string, model: string, steps: string): string {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(
    file,
    `version: 1
name: ${name}
seed: 3
model: ${model}
data:
  train: { generated: glyphs, samples: 1200 }
  test: { generated: glyphs, samples: 200 }
  split: { validation: 0.2 }
  input: { mean: [0.5], std: [0.25] }
evaluate: [accuracy.top1]
steps:
${steps}`,
  );
  return file;
}

function run(...args: readonly string[]) {
  return pare(folder, args);
}

function recordOf(out: string, name: string): RunRecord {
  const [id] = readdirSync(join(folder, out, name));
  return JSON.parse(readFileSync(join(folder, out, name, id!, "record.json"), "utf8"));
}

const trainings = ({ steps }: RunRecord) =>
  steps.flatMap(({ notes }) => notes.flatMap(({ training = [] }) => training));

describe("a teacher and a student from nothing", () => {
  const file = recipe(
    "distilled",
    "builtin:mlp?width=48",
    `  - train/finetune: { epochs: 6, learning-rate: 0.05, batch: 32 }
  - distill: { student: "builtin:mlp?width=12&depth=1", epochs: 6, learning-rate: 0.05, batch: 32, compare: [alone] }
`,
  );

  test("the plan says what is trained, how long, and what is not", async () => {
    const { code, out } = await run("plan", file);
    expect(code).toBe(0);
    const told = out.replaceAll(/\n#\s+/g, " ");
    expect(told).toMatch(/would train 150 k parameters in 6 constants: 6 epochs of 30 steps, batch 32, sgd/);
    expect(told).toMatch(/would train 37 006 parameters in 4 constants, taught by input/);
    expect(told).toMatch(/a step takes [\d.]+ ms here: about (\d+ s|a second) without evaluation/);
  });

  test("learns, is compared, and gives the same bytes again", async () => {
    for (const out of ["once", "again"]) expect((await run("run", file, "-o", out, "--no-cache")).code).toBe(0);
    const [once, again] = ["once", "again"].map((out) => recordOf(out, "distilled"));
    expect(once!.result.sha256).toBe(again!.result.sha256);
    expect(once!.original.parameters).toBe(150_346);
    expect(once!.result.parameters).toBe(37_006);
    const [teacher, student, alone] = trainings(once!);
    expect([teacher, student, alone].map((each) => [each!.role, each!.epochs.length])).toEqual([
      ["result", 6],
      ["result", 6],
      ["compared", 6],
    ]);
    for (const each of [teacher, student, alone])
      expect(each!.epochs.at(-1)!.loss, each!.label).toBeLessThan(0.97 * each!.epochs[0]!.loss);
    expect(teacher!.value).toBeGreaterThan(teacher!.before!);
  });

  test("`pare distill` puts its options before the recipe's", async () => {
    const { code, err } = await run("distill", file, "--student", "builtin:resnt8");
    expect(code).toBe(2);
    expect(err).toContain(
      'MODEL_BUILTIN at builtin:resnt8: there is no built-in model "resnt8". Did you mean "resnet8"?',
    );
  });
});

test("two bits of a weight: trained, less is lost than without", async () => {
  const lost = async (name: string, step: string) => {
    const file = recipe(name, "builtin:quickstart", `  - simplify\n  - ${step}\n`);
    expect((await run("run", file, "--no-cache")).code).toBe(0);
    const record = recordOf("runs", name);
    const [top1] = record.result.metrics;
    return { record, value: top1!.value };
  };
  const plain = await lost("static", "quantize/static: { bits: 2 }");
  const trained = await lost("trained", "quantize/qat: { bits: 2, epochs: 3, batch: 64, compare: [] }");
  expect(trained.record.result.nodes).toBe(plain.record.result.nodes);
  const [training] = trainings(trained.record);
  expect(training!.value).toBeGreaterThan(training!.before!);
  const { samples, agreement, snrDb } = training!.stored!;
  expect({ samples, agreement }).toEqual({ samples: 240, agreement: 1 });
  expect(snrDb).toBeGreaterThan(50);
  expect(snrDb).toBeLessThan(200); // Equal would be the same kernels: nothing compared.
  expect(trained.value).toBeGreaterThanOrEqual(plain.value);
});

test("what stays in float is stored as it was trained: batch-norms that nothing folded", async () => {
  const file = recipe(
    "unfolded",
    "builtin:resnet8?width=4",
    "  - quantize/qat: { bits: 3, learning-rate: 1e-3, batch: 64 }\n",
  );
  expect((await run("run", file, "--no-cache")).code).toBe(0);
  const { samples, agreement, snrDb } = trainings(recordOf("runs", "unfolded"))[0]!.stored!;
  expect({ samples, agreement }).toEqual({ samples: 240, agreement: 1 });
  expect(snrDb).toBeGreaterThan(50);
});

test("quantized or not, what is frozen stays, and the plan counts what is trained", async () => {
  const steps = '  - quantize/qat: { epochs: 1, batch: 64, frozen: ["op:Conv"], learning-rate: 1e-3, compare: [] }\n';
  const file = recipe("frozen", "builtin:quickstart", steps);
  const { out } = await run("plan", file);
  expect((await run("run", file, "--no-cache")).code).toBe(0);
  const { parameters, stored } = trainings(recordOf("runs", "frozen"))[0]!;
  expect(Number(/would train ([\d ]+) parameters/.exec(out)![1]!.replaceAll(" ", ""))).toBe(parameters.trained);
  // Of 39 thousand: scales of activations, and the last layer.
  expect(parameters.trained).toBeLessThan(5000);
  expect(stored!.agreement).toBe(1);
});

test("batch-norms that were stored as one because they were equal learn each by itself", async () => {
  const steps = "  - simplify/share-constants\n  - train/finetune: { epochs: 1, batch: 64 }\n";
  const file = recipe("shared", "builtin:resnet8?width=4", steps);
  const { code, out } = await run("plan", file);
  expect(code).toBe(0);
  expect(out.replaceAll(/\n#\s+/g, " ")).toMatch(/gave each of \d+ parameters a constant of its own/);
  expect((await run("run", file, "--no-cache")).code).toBe(0);
  const [id] = readdirSync(join(folder, "runs", "shared"));
  const { graph } = readModelFile(join(folder, "runs", "shared", id!, "model.onnx"));
  const norms = [...graph.nodes].filter(({ op }) => op === "onnx.BatchNormalization");
  const parameters = norms.flatMap(({ inputs }) => inputs.slice(1).map((input) => input!.name));
  expect(norms.length).toBeGreaterThan(5);
  expect(new Set(parameters).size).toBe(4 * norms.length);
});

describe("what a training is compared with", () => {
  const labels = async (name: string, steps: string) => {
    expect((await run("run", recipe(name, "builtin:quickstart", steps), "--no-cache")).code).toBe(0);
    return trainings(recordOf("runs", name)).map(({ label, epochs }) => [label, epochs.length]);
  };

  test("the original, for all epochs since it", async () => {
    const steps = "  - train/finetune: { epochs: 2, batch: 64 }\n  - quantize/qat: { epochs: 1, batch: 64 }\n";
    expect(await labels("longer", steps)).toEqual([
      ["by labels", 2],
      ["quantized, trained", 1],
      ["the original, trained as long (3 epochs)", 3],
    ]);
  });

  test("nothing twice: a model that teaches itself is, without a teacher, the original trained as long", async () => {
    expect(await labels("itself", "  - distill: { epochs: 1, batch: 64 }\n")).toEqual([
      ["student, taught", 1],
      ["the same, by labels alone", 1],
    ]);
  });
});

describe("what would do nothing, or never end, is refused before any work", () => {
  test.each([
    ["frozen: [nosuch*]", /SELECT_NOTHING at "nosuch\*"/],
    ["warm-up: 3", /TRAIN_WARM_UP at warm-up: .*expected less than the 3 epochs of the training, got 3/],
    ["accumulate: 100, batch: 64", /TRAIN_ACCUMULATE at accumulate: .*expected at most the 45 batches .*got 100/],
    ["loss: mse", /TRAIN_LOSS at loss: mse compares with values, and the training data has classes/],
    ["momentun: 0.5", /RECIPE_KEY .*Did you mean "momentum"/],
  ])("%s", async (option, message) => {
    const file = recipe("idle", "builtin:quickstart", `  - train/finetune: { epochs: 3, ${option} }\n`);
    for (const command of ["plan", "run"]) {
      const { code, err } = await run(command, file);
      expect(err).toMatch(message);
      expect(code).toBe(2);
    }
    expect(existsSync(join(folder, "runs", "idle")) && readdirSync(join(folder, "runs", "idle"))).toEqual([]);
  });

  test("a student that is too wide", async () => {
    const file = recipe("wide", "builtin:quickstart", '  - distill: { student: "builtin:resnet8?width=3000" }\n');
    const { code, err } = await run("run", file);
    expect(err).toMatch(/ARCHITECTURE_SIZE at builtin:resnet8: .*at most 100000000 parameters/);
    expect(code).toBe(2);
  });
});

test.each([["no training data", "  - train/finetune\n", /TRAIN_DATA at train\/finetune: there is no training data/]])(
  "%s is said",
  async (_, steps, message) => {
    const file = recipe("bare", "builtin:quickstart", steps);
    writeFileSync(
      file,
      readFileSync(file, "utf8")
        .replace(/ {2}train: .*\n/, "")
        .replace(/ {2}split: .*\n/, ""),
    );
    const { code, err } = await run("run", file, "--no-cache");
    expect(code).toBe(2);
    expect(err).toMatch(message);
  },
);
