import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import type { Tensors } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import { buildStepGraph, type Distillation, type StepOptions } from "@pare/train";
import { afterAll, expect, test } from "vitest";

/** A student learns what a teacher has inside: features of other channels, where it looks. */
const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const network = (name: string, width: number, weights: readonly number[]) =>
  parseModel(`<ir_version: 10, opset_import: ["" : 21]> ${name} (float[N,1,2,2] image) => (float[N,2] logits)
    <float[${width},1,1,1] first = {${weights.slice(0, width).join()}}, float[2,${width}] last = {${weights.slice(width).join()}}> {
      a = Conv<kernel_shape = [1,1]>(image, first)
      f = Relu(a)
      p = GlobalAveragePool(f)
      v = Flatten(p)
      logits = Gemm<transB = 1>(v, last)
    }`);
const student = network("student", 1, [0.5, 1, -1]);
const teacher = network("teacher", 2, [1, -1, 1, 2, -1, 1]);

const options: StepOptions = {
  ...{ batch: 2, loss: { kind: "cross-entropy" }, labels: false },
  optimizer: { kind: "adam" },
};
const image = tensorOf("float32", [2, 1, 2, 2], [1, -2, 3, -4, -1, 2, -3, 1]);

async function losses(distillation: Omit<Distillation, "teachers">, count: number) {
  const teachers = [{ kind: "model", model: teacher } as const];
  const step = buildStepGraph(student, { ...options, distillation: { ...distillation, teachers } });
  await using session = await engine.open(step.model);
  let states: Tensors = new Map(step.state.map(({ input, initial }) => [input, initial]));
  const metrics: Record<string, number>[] = [];
  for (let i = 0; i < count; i++) {
    const rates = step.rates.map(({ name }) => [name, tensorOf("float32", [], [0.05])] as const);
    const results = await session.run(new Map([["image", image], ...rates, ...states]));
    states = new Map(step.state.map(({ input, output }) => [input, results.get(output)!]));
    metrics.push(Object.fromEntries([...step.metrics].map(([name, at]) => [name, numbers(results.get(at)!)[0]!])));
  }
  return { step, metrics, states };
}

test("hints: a projection is trained beside the student, and not part of it", async () => {
  const { step, metrics, states } = await losses({ hints: { weight: 2 } }, 60);
  expect(metrics[0]!.loss).toBeCloseTo(metrics[0]!["loss.teacher"]! + 2 * metrics[0]!["loss.hints"]!, 5);
  expect(metrics.at(-1)!["loss.hints"]!).toBeLessThan(0.7 * metrics[0]!["loss.hints"]!);
  expect(step.parameters.map(({ name }) => name)).toEqual(["first", "last"]);
  // first, last, and a projection of one channel to two
  expect(numbers(states.get("state/decayed")!)).toHaveLength(1 + 2 + 2);
});

test("attention: the maps of named values are drawn together", async () => {
  const { metrics } = await losses({ attention: { weight: 1, pairs: [["f", "f"]] } }, 1);
  // The student looks where the image is positive; the teacher adds squares of both signs.
  const [first, second] = [
    [
      [1, 0, 9, 0],
      [1, 4, 9, 16],
    ],
    [
      [0, 4, 0, 1],
      [1, 4, 9, 1],
    ],
  ].map(([s, t]) => {
    const length = (map: readonly number[]) => Math.hypot(...map);
    return s!.reduce((sum, value, i) => sum + (value / length(s!) - t![i]! / length(t!)) ** 2, 0);
  });
  expect(metrics[0]!["loss.attention"]).toBeCloseTo((first! + second!) / 2, 5);
});
