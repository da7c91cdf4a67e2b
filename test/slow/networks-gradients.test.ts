import { architectures } from "@pare/architectures";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Model, Value } from "@pare/ir";
import { upgradeOpset } from "@pare/opset";
import { seededRandom } from "@pare/pass";
import { arrayOf, evaluate, type NumberArray } from "@pare/reference";
import { elementCount, numbers, tensorOf } from "@pare/tensor";
import { buildStepGraph, type StepGraph, type StepOptions } from "@pare/train";
import { afterAll, describe, expect, test } from "vitest";
import { relativeError } from "../support/check-gradients.ts";

/**
 * Whole networks: after one step from rest the velocities are the gradients; in the float64 evaluator against central
 * differences of the loss, in ONNX Runtime against the evaluator.
 */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const image = { name: "x", dtype: "float32", sample: [3, 8, 8] } as const;
const options: Omit<StepOptions, "formulation"> = {
  batch: 4,
  loss: { kind: "cross-entropy" },
  optimizer: { kind: "sgd" },
};

const networks = [
  ["resnet8", { width: 4, input: image }],
  ["mobilenetv2", { width: 0.1, input: { ...image, sample: [3, 4, 4] } }],
  ["transformer", { width: 8, depth: 1, heads: 2, input: image }],
] as const;

function build(name: string, given: object): Model {
  const model = architectures
    .find((each) => each.name === name)!
    .build({ classes: 5, seed: 3, input: image, ...given });
  upgradeOpset(model, 21);
  return model;
}

function inputsOf(step: StepGraph, sample: readonly number[], seed: number): Map<string, NumberArray> {
  const random = seededRandom(seed);
  const inputs = new Map<string, NumberArray>();
  for (const { input, initial } of step.state) inputs.set(input, arrayOf(initial.shape, [...numbers(initial)]));
  for (const { name, kind } of step.rates) inputs.set(name, arrayOf([], [kind === "momentum" ? 0 : 1]));
  for (const { name, kind } of step.feeds)
    inputs.set(
      name,
      kind === "target"
        ? arrayOf([options.batch], [0, 1, 2, 3])
        : arrayOf(
            [options.batch, ...sample],
            Array.from({ length: options.batch * elementCount(sample) }, () => Math.fround(2 * random() - 1)),
          ),
    );
  return inputs;
}

/** Of each parameter vector: its velocity after one step from rest. */
function gradientsOf(step: StepGraph, outputs: ReadonlyMap<string, ArrayLike<number>>) {
  const vectors = step.state.flatMap(({ input, output }) => {
    const [, vector] = /^(.*)\.velocity$/.exec(input) ?? [];
    return vector === undefined ? [] : [[vector, Float64Array.from(outputs.get(output)!)] as const];
  });
  expect(vectors).toHaveLength(2);
  return new Map(vectors);
}

describe.each(networks)("%s %o", (name, given) => {
  test.each(["cpu", "portable"] as const)(
    "%s: float64 against central differences, ONNX Runtime against float64",
    async (formulation) => {
      const step = buildStepGraph(build(name, given), {
        ...{ ...options, formulation },
        // Over the one pixel that is left of a picture batch norms would be too strongly curved for float32.
        batchNorm: name === "mobilenetv2" ? "frozen" : "train",
      });
      const inputs = inputsOf(step, given.input.sample, 5);
      const exact = evaluate(step.model, inputs);
      const flat = (values: ReadonlyMap<string, NumberArray>) =>
        new Map([...values].map(([key, { data }]) => [key, data]));
      const gradients = gradientsOf(step, flat(exact));
      const loss = step.metrics.get("loss")!;
      for (const [state, gradient] of gradients) {
        const { shape, data } = inputs.get(state)!;
        for (let i = 3; i < data.length; i += Math.ceil(data.length / 3)) {
          const at = (value: number) =>
            evaluate(step.model, new Map([...inputs, [state, { shape, data: data.with(i, value) }]]), loss).get(loss)!
              .data[0]!;
          // Batch norms over a few elements are strongly curved: a larger step would show that.
          const h = 1e-7;
          const difference = (at(data[i]! + h) - at(data[i]! - h)) / (2 * h);
          expect(Math.abs(difference - gradient[i]!), `${state}[${i}]`).toBeLessThan(
            1e-6 + 1e-5 * Math.abs(difference),
          );
        }
      }
      await using session = await engine.open(step.model, { threads: 1 });
      const types = new Map(
        step.model.graph.inputs.map((input: Value) => [
          input.name,
          input.type?.kind === "tensor" ? input.type.dtype! : "float32",
        ]),
      );
      const tensors = new Map(
        [...inputs].map(([key, { shape, data }]) => [key, tensorOf(types.get(key) ?? "float32", shape, [...data])]),
      );
      const results = await session.run(tensors);
      const measured = gradientsOf(step, new Map([...results].map(([key, tensor]) => [key, numbers(tensor)])));
      for (const [state, gradient] of gradients)
        expect(relativeError(measured.get(state)!, gradient), state).toBeLessThan(1e-4);
    },
  );
});
