import { architectures } from "@pare/architectures";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Formulation } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import { seededRandom } from "@pare/pass";
import { arrayOfTensor, evaluate, type NumberArray } from "@pare/reference";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { buildStepGraph, type StepGraph } from "@pare/train";
import { afterAll, expect, test } from "vitest";
import { relativeError } from "./support/check-gradients.ts";

/**
 * The backward pass of a whole network: ResNet-8 (convolutions, batch-norms in training, residual sums, a pool, a linear
 * layer) with its loss. In float64 it agrees with central differences; ONNX Runtime's float32 agrees with float64,
 * parameter by parameter.
 */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const batch = 4;
const [channels, size, classes] = [3, 8, 5];

function stepOf(formulation: Formulation): StepGraph {
  const resnet8 = architectures.find(({ name }) => name === "resnet8")!;
  const input = { name: "image", dtype: "float32", sample: [channels, size, size] } as const;
  const model = resnet8.build({ input, classes, width: 4, seed: 3 });
  upgradeOpset(model, 21);
  return buildStepGraph(model, { batch, formulation, loss: { kind: "cross-entropy" }, optimizer: { kind: "sgd" } });
}

/** Momentum 0 and velocities of 0: the velocities after a step are the gradients. */
function inputsOf(step: StepGraph): ReadonlyMap<string, Tensor> {
  const random = seededRandom(5);
  const draw = (shape: readonly number[]) => Float32Array.from({ length: elementCount(shape) }, () => 2 * random() - 1);
  const shape = [batch, channels, size, size];
  const feeds = {
    input: () => tensorOf("float32", shape, draw(shape)),
    target: () => tensorOf("int64", [batch], [0, 3, 1, 4]),
    teacher: () => tensorOf("float32", [], [0]),
  };
  return new Map([
    ...step.feeds.map(({ kind, name }) => [name, feeds[kind]()] as const),
    ...step.rates.map(({ kind, name }) => [name, tensorOf("float32", [], [kind === "momentum" ? 0 : 1])] as const),
    ...step.state.map(({ input, initial }) => [input, initial] as const),
  ]);
}

/** Gradients by the state that holds the parameters. */
const velocityOf = (step: StepGraph, state: string) =>
  step.state.find(({ input }) => input === `${state}.velocity`)!.output;

test.each<Formulation>(["cpu", "portable"])("%s: gradients of a residual network", async (formulation) => {
  const step = stepOf(formulation);
  const inputs = inputsOf(step);
  const exactInputs = new Map([...inputs].map(([name, tensor]) => [name, arrayOfTensor(tensor)]));
  const exact = evaluate(step.model, exactInputs);
  await using session = await engine.open(step.model, { threads: 1 });
  const measured = await session.run(inputs);
  const learned = step.parameters.filter(({ state }) => state !== "state/running-statistics");
  expect(learned.length).toBeGreaterThan(20);
  for (const { name, shape, state, offset } of learned) {
    const output = velocityOf(step, state);
    const part = <T extends { slice(from: number, to: number): T }>(all: T) =>
      all.slice(offset, offset + elementCount(shape));
    const gradient = part(exact.get(output)!.data);
    expect(relativeError(part(numbers(measured.get(output)!)), gradient), name).toBeLessThan(1e-3);
    for (const i of [0, gradient.length - 1]) {
      const difference = centralDifference(step, exactInputs, state, offset + i);
      expect(Math.abs(gradient[i]! - difference), `${name}, element ${i}`).toBeLessThan(1e-6);
    }
  }
});

function centralDifference(step: StepGraph, inputs: ReadonlyMap<string, NumberArray>, state: string, i: number) {
  const h = 1e-5;
  const { shape, data } = inputs.get(state)!;
  const lossAt = (shift: number) => {
    const moved = data.slice();
    moved[i] = data[i]! + shift;
    const values = evaluate(step.model, new Map([...inputs, [state, { shape, data: moved }]]));
    return values.get(step.metrics.get("loss")!)!.data[0]!;
  };
  return (lossAt(h) - lossAt(-h)) / (2 * h);
}
