import { architectures, type NetworkOptions } from "@pare/architectures";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { encodeModel } from "@pare/formats";
import { verifyModel } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import { elementCount, numbers, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, test } from "vitest";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const image = { name: "image", dtype: "float32", sample: [3, 32, 32] } as const;
const tokens = { name: "tokens", dtype: "int64", sample: [12] } as const;
const build = (name: string, options: Partial<NetworkOptions> = {}) =>
  architectures.find((each) => each.name === name)!.build({ input: image, classes: 10, seed: 1, ...options });

function parametersOf(model: ReturnType<typeof build>): number {
  let count = 0;
  for (const { origin, name } of model.graph.values)
    if (origin.kind === "constant" && origin.tensor.dtype === "float32" && !name.includes("running_"))
      count += origin.tensor.shape.length === 0 ? 0 : elementCount(origin.tensor.shape);
  return count;
}

describe("parameters are those of the papers' networks", () => {
  test.each([
    // 432 + 32; 4,672; 13,952 + 576; 55,552 + 2,176; 650
    ["resnet8", {}, 78_042],
    ["resnet20", {}, 272_474],
    // Sandler and others count 3.5 M with 1000 classes, torchvision 3,504,872.
    ["mobilenetv2", { classes: 1000, input: { ...image, sample: [3, 224, 224] } }, 3_504_872],
    // 3072·64 + 64, 64·64 + 64, 64·10 + 10
    ["mlp", {}, 196_672 + 4160 + 650],
    // Table 100·64; positions 12·64; two blocks of 4·(64² + 64) + 64·256 + 256 + 256·64 + 64 + 4·64; norm 128; 650
    ["transformer", { input: tokens, vocabulary: 100 }, 6400 + 768 + 2 * 49_984 + 128 + 650],
  ] as const)("%s %o: %i", (name, options, count) => {
    expect(parametersOf(build(name, options))).toBe(count);
  });
});

describe("networks run with any batch", () => {
  const cases = [
    ["mlp", {}],
    ["mlp", { input: { name: "x", dtype: "float32", sample: [7] } }],
    ["resnet8", { width: 8 }],
    ["resnet20", { width: 4, input: { ...image, sample: [1, 28, 28] } }],
    ["mobilenetv2", { width: 0.35 }],
    ["transformer", { width: 32, depth: 1 }],
    ["transformer", { input: tokens, vocabulary: 50, heads: 2 }],
  ] as const;
  test.each(cases)("%s %o", async (name, options) => {
    const model = build(name, options);
    verifyModel(model);
    expect(shapeOf(inferTypes(model).type(model.graph.outputs[0]!))).toEqual(["batch", 10]);
    const input = "input" in options ? options.input : image;
    const shape = [3, ...input.sample];
    const values = Array.from({ length: elementCount(shape) }, (_, i) => (i * 37) % 50);
    await using session = await engine.open(model);
    const { logits } = Object.fromEntries(
      await session.run(new Map([[input.name, tensorOf(input.dtype, shape, values)]])),
    );
    expect(logits!.shape).toEqual([3, 10]);
    expect([...numbers(logits!)].every(Number.isFinite)).toBe(true);
  });
});

test("the same seed gives the same bytes, another one others", () => {
  const bytes = (seed: number) => Buffer.from(encodeModel(build("resnet8", { seed })));
  expect(bytes(7).equals(bytes(7))).toBe(true);
  expect(bytes(7).equals(bytes(8))).toBe(false);
});

describe("what does not fit is said", () => {
  test.each([
    ["resnet8", { input: tokens }, "ARCHITECTURE_INPUT at builtin:resnet8: the network does not take this input"],
    ["transformer", { input: tokens }, "ARCHITECTURE_VOCABULARY"],
    ["transformer", { width: 30 }, "ARCHITECTURE_HEADS"],
  ] as const)("%s %o", (name, options, message) => {
    expect(() => build(name, options)).toThrow(message);
  });
});
