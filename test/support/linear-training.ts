import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { cloneModel, type Model, parseModel } from "@pare/ir";
import type { Tensors } from "@pare/pass";
import { checkRecipe } from "@pare/recipe";
import { tensorBytes, tensorOf } from "@pare/tensor";
import type { StepGraph } from "@pare/train";
import { recipeCatalog } from "../../src/catalog.ts";
import { type LearningData, openLearningData } from "../../src/learn/learning-data.ts";

/** Linear regression by gradient descent with momentum: p = x·w + b, loss = mean (p − y)². */
export const batch = 8;
export const model = parseModel(`main (float[N, 2] x) => (float[N, 1] p)
  <float[2, 1] w = {0, 0}, float[1] b = {0}> {
    xw = MatMul (x, w)
    p = Add (xw, b)
  }`);
export const step: StepGraph = {
  model: parseModel(`main (float[8, 2] x, float[8, 1] y, float rate, float mu, float[3] params, float[3] velocity)
    => (float[3] nextParams, float[3] nextVelocity, float loss)
    <int64[2] parts = {2, 1}, int64[2] column = {2, 1}, int64[1] flat = {-1}, float quarter = {0.25}> {
      wFlat, b = Split <axis = 0> (params, parts)
      w = Reshape (wFlat, column)
      xw = MatMul (x, w)
      p = Add (xw, b)
      error = Sub (p, y)
      square = Mul (error, error)
      loss = ReduceMean <keepdims = 0> (square)
      slope = Mul (error, quarter)
      xt = Transpose <perm = [1, 0]> (x)
      gw = MatMul (xt, slope)
      gwFlat = Reshape (gw, flat)
      gbAll = ReduceSum <keepdims = 0> (slope)
      gb = Reshape (gbAll, flat)
      gradient = Concat <axis = 0> (gwFlat, gb)
      kept = Mul (velocity, mu)
      nextVelocity = Add (kept, gradient)
      move = Mul (nextVelocity, rate)
      nextParams = Sub (params, move)
    }`),
  batch,
  formulation: "portable",
  loss: "mse",
  plan: { constants: [], trained: 3, frozen: 0 },
  feeds: [
    { kind: "input", name: "x" },
    { kind: "target", name: "y" },
  ],
  rates: [
    { name: "rate", kind: "learning-rate" },
    { name: "mu", kind: "momentum" },
  ],
  state: [
    { input: "params", output: "nextParams", initial: tensorOf("float32", [3], [0, 0, 0]) },
    { input: "velocity", output: "nextVelocity", initial: tensorOf("float32", [3], [0, 0, 0]) },
  ],
  metrics: new Map([["loss", "loss"]]),
  parameters: [
    { name: "w", shape: [2, 1], state: "params", offset: 0 },
    { name: "b", shape: [1], state: "params", offset: 2 },
  ],
};

export function materialize(parameters: Tensors): Model {
  const trained = cloneModel(model);
  trained.graph.edit("trained", (edit) => {
    for (const [name, tensor] of parameters) edit.setConstant(trained.graph.value(name)!, tensor);
  });
  return trained;
}

/** y = 2·a − 3·b + 1 on 60 points; a and b reach the model with mean 0 and variance 1. */
function writeTable(path: string): void {
  const rows = Array.from({ length: 60 }, (_, i) => [((i * 7) % 13) / 10, ((i * 5) % 11) / 10] as const);
  writeFileSync(path, ["a,b,y", ...rows.map(([a, b]) => `${a},${b},${(2 * a - 3 * b + 1).toFixed(4)}`)].join("\n"));
}

/** The table as training and as validation data, through a recipe. */
export async function linearData(folder: string): Promise<LearningData> {
  for (const name of ["train.csv", "other.csv"]) writeTable(join(folder, name));
  const text = `version: 1
model: m.onnx
data:
  train: { table: train.csv, target: y }
  validation: { table: other.csv, target: y }
  test: { table: other.csv, target: y }
evaluate: [rmse]`;
  return (await openLearningData(checkRecipe(text, join(folder, "recipe.yaml"), recipeCatalog)))!;
}

export const bytesOf = (tensors: Tensors) =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [name, [...tensorBytes(tensor)]]));
