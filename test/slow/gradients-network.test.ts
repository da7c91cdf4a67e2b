import { architectures } from "@pare/architectures";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Formulation } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import { seededRandom } from "@pare/pass";
import { arrayOfTensor, evaluate, type NumberArray } from "@pare/reference";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { buildStepGraph, type StepGraph } from "@pare/train";
import { afterAll, expect, test } from "vitest";
import { relativeError } from "../support/check-gradients.ts";

/**
 * The backward pass of a whole network: ResNet-8 (convolutions, batch-norms in training, residual sums, a pool, a linear
 * layer) with its loss. In float64 it agrees with a central difference; ONNX Runtime's float32 agrees with float64,
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

type Values = ReadonlyMap<string, NumberArray>;

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
    const part = (all: Float64Array) => all.slice(offset, offset + elementCount(shape));
    expect(relativeError(part(numbers(measured.get(output)!)), part(exact.get(output)!.data)), name).toBeLessThan(1e-3);
  }
  const { slope, difference } = along(step, exactInputs, exact);
  expect(slope / difference).toBeCloseTo(1, 6);
});

/** The loss's slope along a drawn direction of all parameters together: by the gradient, and by a central difference. */
function along(step: StepGraph, inputs: Values, exact: Values) {
  const random = seededRandom(9);
  const states = [...new Set(step.parameters.map(({ state }) => state))].filter((state) => !state.includes("running"));
  const direction = new Map(states.map((state) => [state, inputs.get(state)!.data.map(() => 2 * random() - 1)]));
  const lossAt = (h: number) => {
    const moved = [...direction].map(([state, way]): [string, NumberArray] => {
      const { shape, data } = inputs.get(state)!;
      return [state, { shape, data: data.map((x, i) => x + h * way[i]!) }];
    });
    return evaluate(step.model, new Map([...inputs, ...moved])).get(step.metrics.get("loss")!)!.data[0]!;
  };
  const h = 1e-6;
  const products = [...direction].flatMap(([state, way]) => {
    const gradient = exact.get(velocityOf(step, state))!.data;
    return [...way].map((x, i) => x * gradient[i]!);
  });
  return { slope: products.reduce((sum, x) => sum + x), difference: (lossAt(h) - lossAt(-h)) / (2 * h) };
}
