import { parseModel, typeText } from "@pare/ir";
import { runPass } from "@pare/pass";
import { describe, expect, it } from "vitest";
import { tools } from "../test/rewritten.ts";
import { simplify } from "./simplify.ts";

const text =
  "g (float[batch,3,side] x, float[batch] m) => (float[batch,3,side] y, float[batch] z) { y = Relu (x) z = Abs (m) }";

const fix = async (inputShapes: Record<string, number[]>) => {
  const model = parseModel(text);
  await runPass(model, simplify, { inputShapes }, tools);
  return [...model.graph.inputs, ...model.graph.outputs].map((value) => typeText(value.type!));
};

describe("inputShapes", () => {
  it("fixes a symbol everywhere", async () => {
    expect(await fix({ x: [2, 3, 8] })).toEqual(["float[2,3,8]", "float[2]", "float[2,3,8]", "float[2]"]);
  });

  it.each([
    [{ w: [1] }, 'INPUT_SHAPE at input "w": the model has no such input (expected one of x, m, got w).'],
    [{ x: [1, 3] }, 'INPUT_SHAPE at input "x": the shape has another rank (expected 3 sizes, got 2).'],
    [{ x: [1, 4, 8] }, 'INPUT_SHAPE at input "x": axis 1 has a fixed size (expected 3, got 4).'],
    [{ x: [1, 3, 8], m: [2] }, 'INPUT_SHAPE at input "m": "batch" is given two sizes (expected 1, got 2).'],
  ])("refuses %j", async (shapes, message) => {
    await expect(fix(shapes as unknown as Record<string, number[]>)).rejects.toThrow(message);
  });
});
