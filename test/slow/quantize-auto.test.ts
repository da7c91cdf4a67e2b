import { createOnnxRuntimeEngine } from "@pare/engine";
import { cloneModel, parseModel } from "@pare/ir";
import { quantizePasses } from "@pare/quantize";
import { afterAll, expect, test } from "vitest";
import type { World } from "../../src/run/tools.ts";
import { toolsWith } from "../support/memory-data.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());
const auto = quantizePasses.find(({ name }) => name === "quantize/auto")!;
const world: World = { engine, signal: new AbortController().signal, progress: { report: () => {} } };

/** A product with a weight in each row and column that dwarfs the others; with inputs that are equal in pairs they cancel out. */
function lopsided() {
  const weights = Array.from({ length: 64 * 32 }, (_, i) => {
    const [row, column] = [Math.floor(i / 32), i % 32];
    if (column === row >> 1) return row % 2 === 0 ? "1000" : "-1000";
    return Math.sin(i).toFixed(4);
  });
  return parseModel(`<ir_version: 8, opset_import: ["" : 17]>
main (float[N, 64] x) => (float[N, 32] y) <float[64, 32] w = {${weights.join(", ")}}> { y = MatMul (x, w) }`);
}

test("where eight bits lose too much, weights are stored as float16", async () => {
  const model = lopsided();
  const samples = Array.from({ length: 40 }, (_, k) =>
    Array.from({ length: 64 }, (_, i) => Math.cos(k * 64 + (i >> 1))),
  );
  const tools = toolsWith(model, samples, [64], world);
  const quantized = cloneModel(model);
  const options = auto.options.parse({ target: "cpu-x64-vnni" });
  const result = await auto.run(quantized, options, tools);
  const notes = "notes" in result ? result.notes : result;
  expect(notes.map(({ text }) => text)).toContain("chosen: storage as float16");
  const dtypes = [...quantized.graph.values].flatMap(({ origin }) =>
    origin.kind === "constant" ? [origin.tensor.dtype] : [],
  );
  expect(dtypes).toContain("float16");
});
