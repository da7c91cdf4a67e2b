import { parseModel } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { expect, test } from "vitest";
import { pairStages, stageEnds } from "./pair-features.ts";

test("the last value of each picture size, paired with the other network's of that size, in order of depth", () => {
  const head = `<ir_version: 10, opset_import: ["" : 21]>`;
  const student = parseModel(`${head} g (float[1,2,8,8] x) => (float y) {
    a = Relu(x) b = MaxPool<kernel_shape = [2,2], strides = [2,2]>(a) c = Relu(b)
    d = MaxPool<kernel_shape = [2,2], strides = [2,2]>(c) y = GlobalAveragePool(d)
  }`);
  const teacher = parseModel(`${head} g (float[1,2,8,8] x) => (float y) {
    p = Relu(x) q = Relu(p) r = MaxPool<kernel_shape = [4,4], strides = [4,4]>(q) s = Neg(r) y = GlobalAveragePool(s)
  }`);
  const ends = (model: typeof student) => stageEnds(model.graph, inferTypes(model));
  expect([...ends(student)].map(([size, { name }]) => [size, name])).toEqual([
    ["8×8", "a"],
    ["4×4", "c"],
    ["2×2", "d"],
  ]);
  expect(pairStages(ends(student), ends(teacher))).toEqual([
    ["a", "q"],
    ["d", "s"],
  ]);
});
