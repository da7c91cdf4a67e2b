import { createOnnxRuntimeEngine } from "@pare/engine";
import { type Model, parseModel } from "@pare/ir";
import type { Tensors } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import { buildStepGraph, parametersOf, type StepGraph, type StepOptions, withConstants } from "@pare/train";
import { afterAll, describe, expect, test } from "vitest";

/** Steps small enough to follow by hand. */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** y = w·x with w = (1, 2), for two samples of two numbers. */
const scaling = () =>
  parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[N,2] x) => (float[N,2] y) <float[2] w = {1, 2}> { y = Mul(x, w) }`,
  );

const options: StepOptions = {
  ...{ batch: 2, loss: { kind: "mse" }, optimizer: { kind: "sgd" } },
  also: new Map([["w", "scale"]]),
};

/** Feeds x = ((1, 0), (0, 2)) and target 0: loss = (w₀² + 4·w₁²) ÷ 4, gradient (w₀ ÷ 2, 2·w₁) = (½, 4) at first. */
async function steps(step: StepGraph, count: number, { rate = 0.1, momentum = 0 } = {}) {
  await using session = await engine.open(step.model);
  let states: Tensors = new Map(step.state.map(({ input, initial }) => [input, initial]));
  const metrics: Record<string, number>[] = [];
  const feeds = { input: [1, 0, 0, 2], target: [0, 0, 0, 0], teacher: [1, 0, 0, 2] };
  const rates = { "learning-rate": rate, momentum };
  const fed = new Map([
    ...step.feeds.map(({ kind, name }) => [name, tensorOf("float32", [2, 2], feeds[kind])] as const),
    ...step.rates.map(({ kind, name }) => [name, tensorOf("float32", [], [rates[kind]])] as const),
  ]);
  for (let i = 0; i < count; i++) {
    const results = await session.run(new Map([...fed, ...states]));
    states = new Map(step.state.map(({ input, output }) => [input, results.get(output)!]));
    metrics.push(Object.fromEntries([...step.metrics].map(([name, at]) => [name, numbers(results.get(at)!)[0]!])));
  }
  return { metrics, states };
}

function constantOf(model: Model, name: string): readonly number[] {
  const origin = model.graph.value(name)!.origin;
  if (origin.kind !== "constant") throw new Error(`${name} is no constant`);
  return [...numbers(origin.tensor)];
}

async function trained(changes: Partial<StepOptions>, count: number, rates?: Parameters<typeof steps>[2]) {
  const step = buildStepGraph(scaling(), { ...options, ...changes });
  const { metrics, states } = await steps(step, count, rates);
  return {
    step,
    metrics,
    states,
    w: constantOf(withConstants(scaling(), parametersOf({ ...step, averages: [] }, states)), "w"),
  };
}

const close = (values: readonly number[]) => values.map((value) => expect.closeTo(value, 5));

describe("a step", () => {
  test("gives loss and gradient norm of where it began, and parameters after it", async () => {
    const { metrics, w } = await trained({}, 1);
    expect(metrics).toEqual([
      {
        loss: expect.closeTo((1 + 16) / 4, 5),
        "loss.labels": expect.closeTo(17 / 4, 5),
        "gradient-norm": expect.closeTo(Math.hypot(0.5, 4), 5),
      },
    ]);
    expect(w).toEqual(close([1 - 0.1 * 0.5, 2 - 0.1 * 4]));
  });

  test("has the metrics and states as outputs, and the model's own no more", async () => {
    const { step } = await trained({}, 1);
    expect(step.model.graph.outputs.map(({ name }) => name)).toEqual([
      ...["metric/loss", "metric/loss.labels", "metric/gradient-norm"],
      ...["state/undecayed.velocity.next", "state/undecayed.next"],
    ]);
    expect(step.rates.map(({ kind }) => kind)).toEqual(["learning-rate", "momentum"]);
    expect(step.feeds).toEqual([
      { kind: "input", name: "x" },
      { kind: "target", name: "target" },
    ]);
  });

  test("momentum and Nesterov's look ahead", async () => {
    const first = [1 - 0.05, 2 - 0.4];
    const gradient = [first[0]! / 2, 2 * first[1]!];
    const velocity = [0.9 * 0.5 + gradient[0]!, 0.9 * 4 + gradient[1]!];
    const heavy = await trained({}, 2, { momentum: 0.9 });
    expect(heavy.w).toEqual(close([first[0]! - 0.1 * velocity[0]!, first[1]! - 0.1 * velocity[1]!]));
    const nesterov = await trained({ optimizer: { kind: "sgd", nesterov: true } }, 1, { momentum: 0.9 });
    expect(nesterov.w).toEqual(close([1 - 0.1 * 1.9 * 0.5, 2 - 0.1 * 1.9 * 4]));
  });

  test("Adam's first step is the rate, whatever the gradient", async () => {
    expect((await trained({ optimizer: { kind: "adam" } }, 1)).w).toEqual(close([0.9, 1.9]));
  });

  test("AdamW shrinks by rate·λ before", async () => {
    const decay: Partial<StepOptions> = { optimizer: { kind: "adamw" }, weightDecay: { rate: 0.5, of: "all" } };
    expect((await trained(decay, 1)).w).toEqual(close([0.95 - 0.1, 1.9 - 0.1]));
  });

  test("weight decay leaves scales alone unless told otherwise", async () => {
    expect((await trained({ weightDecay: { rate: 0.5 } }, 1)).w).toEqual(close([0.95, 1.6]));
    expect((await trained({ weightDecay: { rate: 0.5, of: "all" } }, 1)).w).toEqual(close([0.9, 1.5]));
  });

  test("gradients are cut to a norm", async () => {
    const scale = 1 / Math.hypot(0.5, 4);
    const { w, metrics } = await trained({ clipNorm: 1 }, 1);
    expect(w).toEqual(close([1 - 0.05 * scale, 2 - 0.4 * scale]));
    expect(metrics[0]!["gradient-norm"]).toBeCloseTo(Math.hypot(0.5, 4), 5);
  });

  test("masked elements are 0 and stay so, moments and all", async () => {
    const masks = new Map([["w", tensorOf("float32", [2], [1, 0])]]);
    const { w, states } = await trained({ masks, optimizer: { kind: "adam" } }, 3);
    expect(w[1]).toBe(0);
    for (const [name, state] of states) if (name.includes("moment")) expect(numbers(state)[1]).toBe(0);
  });

  test("gradients of k batches make one update", async () => {
    const before = await trained({ accumulate: 2 }, 1);
    expect(before.w).toEqual([1, 2]);
    const after = await trained({ accumulate: 2 }, 2);
    expect(after.w).toEqual(close([0.95, 1.6]));
    expect(await trained({ accumulate: 2 }, 4)).toMatchObject({ w: (await trained({}, 2)).w });
  });

  test("an average follows the parameters", async () => {
    const { step, states } = await trained({ average: 0.75 }, 1);
    const averaged = withConstants(scaling(), parametersOf(step, states));
    expect(constantOf(averaged, "w")).toEqual(close([1 - 0.25 * 0.05, 2 - 0.25 * 0.4]));
  });

  test("step sizes of quantizers have a rate of their own", async () => {
    const also = new Map([["w", "quantizer" as const]]);
    expect((await trained({ also, quantizerRate: 0.1 }, 1)).w).toEqual(close([1 - 0.005, 2 - 0.04]));
  });
});

describe("teachers", () => {
  /** The teacher's w is (3, 3): its outputs are ((3, 0), (0, 6)). */
  const teacher = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> g (float[1,2] image) => (float[1,2] z) <float[2] w = {3, 3}> { z = Mul(image, w) }`,
  );

  test("run beside the student, frozen, on its inputs", async () => {
    const distillation = { teachers: [{ kind: "model", model: teacher }], weight: 0.5 } as const;
    const { metrics, w, step } = await trained({ distillation }, 1);
    const taught = (4 + 4) / 4;
    expect(metrics[0]).toMatchObject({
      "loss.teacher": expect.closeTo(taught, 5),
      loss: expect.closeTo(0.5 * taught + 0.5 * (17 / 4), 5),
    });
    // Half of each: gradient (½·(1 − 3) ÷ 2 + ¼, ½·2·(2 − 3) + 2)
    expect(w).toEqual(close([1 + 0.025, 2 - 0.1]));
    expect(step.parameters.map(({ name }) => name)).toEqual(["w"]);
  });

  test("or are fed, with no need of labels", async () => {
    const distillation = { teachers: [{ kind: "fed" }, { kind: "fed" }] } as const;
    const step = buildStepGraph(scaling(), { ...options, labels: false, distillation });
    expect(step.feeds).toEqual([
      { kind: "input", name: "x" },
      { kind: "teacher", name: "teacher0", output: "y", teacher: 0 },
      { kind: "teacher", name: "teacher1", output: "y", teacher: 1 },
    ]);
    const { metrics } = await steps(step, 1);
    // Fed ((1, 0), (0, 2)) where the student says ((1, 0), (0, 4)).
    expect(metrics[0]).toMatchObject({ loss: 1, "loss.teacher": 1 });
  });
});

describe("what cannot be", () => {
  test("nothing to train", () => {
    expect(() => buildStepGraph(scaling(), { ...options, also: new Map() })).toThrow(
      /TRAIN_NOTHING at the model: none of its 1 float constants is trained/,
    );
  });

  test("a model of an older operator set", () => {
    const old = parseModel(`<ir_version: 8, opset_import: ["" : 17]> g (float[N,2] x) => (float y) { y = Neg(x) }`);
    expect(() => buildStepGraph(old, options)).toThrow(/TRAIN_OPSET at the model: .*expected 21 or later, got 17/);
  });

  test("neither labels nor teachers; masks and names of constants that do not fit", () => {
    expect(() => buildStepGraph(scaling(), { ...options, labels: false })).toThrow(
      /TRAIN_LOSS .*nothing to learn from/,
    );
    const mask = (name: string, shape: readonly number[]) => ({
      ...options,
      masks: new Map([[name, tensorOf("float32", shape, [1, 1])]]),
    });
    expect(() => buildStepGraph(scaling(), mask("w", [2, 1]))).toThrow(
      /TRAIN_MASK at w: .*expected \[2\], got \[2, 1\]/,
    );
    expect(() => buildStepGraph(scaling(), mask("v", [2]))).toThrow(/TRAIN_VALUE .*no value "v"/);
  });

  test("an output that is not there; another model's constants", async () => {
    expect(() => buildStepGraph(scaling(), { ...options, output: "z" })).toThrow(
      /TRAIN_VALUE at output: .*expected one of y/,
    );
    const { step, states } = await trained({}, 1);
    const other = parseModel(`<ir_version: 10, opset_import: ["" : 21]> g (float[2] x) => (float y) { y = Neg(x) }`);
    expect(() => withConstants(other, parametersOf(step, states))).toThrow(/TRAIN_CONSTANT at w/);
  });
});
