import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { afterAll, expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "./engine.ts";
import { deliver } from "./model-source.ts";

const scratch = mkdtempSync(join(tmpdir(), "pare-delivery-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const model = () =>
  parseModel("main (float[1, 64] x) => (float[1, 8] y) <float[64, 8] w = splat(0.5)> { y = MatMul (x, w) }");

test("a model in memory goes as its bytes", () => {
  const { body, path } = deliver(model(), scratch);
  expect(path).toBeUndefined();
  expect(body?.chunks).toEqual([encodeModel(model())]);
});

test("a large one goes as a file with its weights beside it, which goes when the runtime has it", async () => {
  const delivery = deliver(model(), scratch, 1000);
  expect(delivery.body).toBeUndefined();
  const folder = join(delivery.path!, "..");
  expect(readdirSync(folder).sort()).toEqual(["model.onnx", "model.onnx.data"]);
  await using engine = createOnnxRuntimeEngine();
  const session = await engine.open({ path: delivery.path! });
  delivery.done();
  expect(existsSync(folder)).toBe(false);
  const x = tensorOf("float32", [1, 64], new Float32Array(64).fill(1));
  expect(numbers((await session.run(new Map([["x", x]]))).get("y")!)[0]).toBe(32);
});
