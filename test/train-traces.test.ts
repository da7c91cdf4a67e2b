import { readFileSync } from "node:fs";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { type Model, parseModel } from "@pare/ir";
import type { Formulation } from "@pare/ops";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { buildStepGraph, parametersOf, type StepGraph, type StepOptions, withConstants } from "@pare/train";
import { afterAll, describe, expect, test } from "vitest";
import { relativeError } from "./support/check-gradients.ts";

/**
 * Ten steps of a small network (convolutions, batch-norms, a linear layer) as PyTorch took them, taken again in ONNX
 * Runtime: `benchmarks/peers/record-traces.py` records them.
 */
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`./fixtures/traces/${name}.json`, import.meta.url), "utf8"));

interface Network {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly before: Readonly<Record<string, readonly number[]>>;
  readonly batches: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  readonly teacher: readonly (readonly number[])[];
}

interface Trace {
  readonly rates: readonly number[];
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly after: Readonly<Record<string, readonly number[]>>;
  readonly average?: Readonly<Record<string, readonly number[]>>;
}

const network: Network = read("network");
const batch = 8;

/** What PyTorch exports for it. */
function model(): Model {
  const constants = Object.entries(network.shapes).map(([name, shape]) => {
    return `float[${shape.join()}] "${name}" = {${network.before[name]!.map((x) => x.toPrecision(9)).join()}}`;
  });
  return parseModel(`<ir_version: 10, opset_import: ["" : 21]>
g (float[N,3,5,5] image) => (float[N,5] logits) <${constants.join(", ")}> {
  a = Conv <kernel_shape = [3,3], pads = [1,1,1,1]> (image, "conv1.weight")
  b = BatchNormalization <epsilon = 0.00001, momentum = 0.9> (a, "norm1.weight", "norm1.bias", "norm1.running_mean", "norm1.running_var")
  c = Relu (b)
  d = Conv <kernel_shape = [3,3], strides = [2,2], pads = [1,1,1,1]> (c, "conv2.weight")
  e = BatchNormalization <epsilon = 0.00001, momentum = 0.9> (d, "norm2.weight", "norm2.bias", "norm2.running_mean", "norm2.running_var")
  f = Relu (e)
  h = GlobalAveragePool (f)
  i = Flatten (h)
  logits = Gemm <transB = 1> (i, "linear.weight", "linear.bias")
}`);
}

const sgd: StepOptions = { batch, loss: { kind: "cross-entropy" }, optimizer: { kind: "sgd" } };
const cases: Readonly<Record<string, StepOptions>> = {
  sgd: { ...sgd, weightDecay: { rate: 5e-4, of: "all" } },
  nesterov: { ...sgd, optimizer: { kind: "sgd", nesterov: true }, weightDecay: { rate: 5e-4, of: "all" } },
  "decay-weights": { ...sgd, optimizer: { kind: "sgd", nesterov: true }, weightDecay: { rate: 0.05 } },
  adam: { ...sgd, optimizer: { kind: "adam" }, weightDecay: { rate: 0.01, of: "all" } },
  adamw: { ...sgd, optimizer: { kind: "adamw" }, weightDecay: { rate: 0.1, of: "all" } },
  clip: { ...sgd, clipNorm: 0.5 },
  smoothing: { ...sgd, loss: { kind: "cross-entropy", labelSmoothing: 0.1 } },
  average: { ...sgd, average: 0.9 },
  accumulate: { ...sgd, optimizer: { kind: "adamw" }, weightDecay: { rate: 0.01, of: "all" }, accumulate: 2 },
  distill: { ...sgd, distillation: { teachers: [{ kind: "fed" }], temperature: 4, weight: 0.7 } },
};

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

describe.each<Formulation>(["cpu", "portable"])("%s", (formulation) => {
  test.each(Object.keys(cases))("%s: ten steps are PyTorch's", async (name) => {
    const trace: Trace = read(name);
    const options = { ...cases[name]!, formulation };
    const step = buildStepGraph(model(), options);
    const { losses, norms, states } = await replay(step, trace.rates);
    expect(relativeError(losses, trace.losses), "losses").toBeLessThan(1e-3);
    expect(
      relativeError(
        norms.filter((_, i) => (i + 1) % (options.accumulate ?? 1) === 0),
        trace.norms,
      ),
    ).toBeLessThan(1e-3);
    const latest = parametersOf({ ...step, averages: [] }, states);
    agree(withConstants(model(), latest), trace.after);
    if (trace.average !== undefined) agree(withConstants(model(), parametersOf(step, states)), trace.average);
  });
});

async function replay(step: StepGraph, rates: readonly number[]) {
  await using session = await engine.open(step.model, { threads: 1 });
  const states = new Map(step.state.map(({ input, initial }) => [input, initial]));
  const losses: number[] = [];
  const norms: number[] = [];
  for (const [i, rate] of rates.entries()) {
    const results = await session.run(new Map([...states, ...feedsOf(step, i % 3), ...ratesOf(step, rate)]));
    for (const { input, output } of step.state) states.set(input, results.get(output)!);
    losses.push(numbers(results.get(step.metrics.get("loss")!)!)[0]!);
    norms.push(numbers(results.get(step.metrics.get("gradient-norm")!)!)[0]!);
  }
  return { losses, norms, states };
}

function feedsOf(step: StepGraph, turn: number): readonly (readonly [string, Tensor])[] {
  const tensors = {
    input: tensorOf("float32", [batch, 3, 5, 5], network.batches[turn]!),
    target: tensorOf("int64", [batch], network.labels[turn]!),
    teacher: tensorOf("float32", [batch, 5], network.teacher[turn]!),
  };
  return step.feeds.map(({ kind, name }) => [name, tensors[kind]] as const);
}

function ratesOf(step: StepGraph, rate: number): readonly (readonly [string, Tensor])[] {
  const values = { "learning-rate": rate, momentum: 0.9 };
  return step.rates.map(({ kind, name }) => [name, tensorOf("float32", [], [values[kind]])] as const);
}

function agree(trained: Model, expected: Readonly<Record<string, readonly number[]>>): void {
  for (const [name, values] of Object.entries(expected)) {
    const origin = trained.graph.value(name)?.origin;
    const tensor = origin?.kind === "constant" ? origin.tensor : undefined;
    expect(elementCount(tensor!.shape)).toBe(values.length);
    expect(relativeError(numbers(tensor!), values), name).toBeLessThan(1e-3);
  }
}
