import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { buildStepGraph } from "@pare/train";
import { afterAll, expect, test } from "vitest";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const [batch, places, ratio] = [64, 100, 0.3];

const model = parseModel(`<ir_version: 10, opset_import: ["" : 21]>
  main (float[N, ${places}] x) => (float[N, 1] y)
  <float[${places}, 1] w = {${new Array(places).fill(1).join()}}, float r = {${ratio}}> { d = Dropout (x, r) y = MatMul (d, w) }`);

test("dropout keeps its share of elements, scaled, others in each step and in each sample", async () => {
  const step = buildStepGraph(model, { batch, loss: { kind: "mse" }, optimizer: { kind: "sgd" }, dropout: "keep" });
  const mask = [...step.model.graph.nodes].find(({ type, inputs }) => type === "Mul" && inputs[0]?.name === "x")!;
  step.model.graph.edit("mask", (edit) => edit.output(mask.outputs[0]!));
  await using session = await engine.open(step.model);
  let state = new Map(step.state.map(({ input, initial }) => [input, initial]));
  const masks: number[][] = [];
  for (let i = 0; i < 3; i++) {
    const fed = new Map([
      ...state,
      ["x", tensorOf("float32", [batch, places], new Float32Array(batch * places).fill(1))] as const,
      ["target", tensorOf("float32", [batch, 1], new Float32Array(batch))] as const,
      ...step.rates.map(({ name }) => [name, tensorOf("float32", [], [0])] as const),
    ]);
    const out = await session.run(fed);
    masks.push([...numbers(out.get(mask.outputs[0]!.name)!)]);
    state = new Map(step.state.map(({ input, output }) => [input, out.get(output)!]));
  }
  const kept = Math.fround(1 / (1 - ratio));
  for (const each of masks) {
    expect(new Set(each)).toEqual(new Set([0, kept]));
    // 6400 draws: three standard deviations are 0.017.
    expect(Math.abs(each.filter((value) => value > 0).length / each.length - (1 - ratio))).toBeLessThan(0.017);
  }
  // Two masks that have nothing to do with each other agree on 0.7² + 0.3² of the elements.
  const agreement = (a: readonly number[], b: readonly number[]) =>
    a.filter((value, i) => value === b[i]).length / a.length;
  const unrelated = (1 - ratio) ** 2 + ratio ** 2;
  expect(Math.abs(agreement(masks[0]!, masks[1]!) - unrelated)).toBeLessThan(0.03);
  expect(Math.abs(agreement(masks[1]!, masks[2]!) - unrelated)).toBeLessThan(0.03);
  const rows = Array.from({ length: batch }, (_, i) => masks[0]!.slice(i * places, (i + 1) * places));
  const neighbours = rows.slice(1).map((row, i) => agreement(row, rows[i]!));
  expect(Math.abs(neighbours.reduce((sum, each) => sum + each, 0) / neighbours.length - unrelated)).toBeLessThan(0.03);
});
