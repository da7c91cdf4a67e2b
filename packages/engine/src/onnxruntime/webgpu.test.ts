import { parseModel } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { describe, expect, test } from "vitest";
import { driver, driverEnv, hasDriver } from "../../testing/swiftshader.ts";
import { createOnnxRuntimeEngine } from "./engine.ts";

const network = parseModel(`main (float[2, 3, 16, 16] x) => (float[2, 10] y) <
    float[8, 3, 3, 3] w = random(1), float[8] b = random(2), float[8, 10] head = random(3)
  > {
    c = Conv <pads = [1, 1, 1, 1]> (x, w, b)
    r = Relu (c)
    p = GlobalAveragePool (r)
    f = Flatten (p)
    m = MatMul (f, head)
    y = Softmax (m)
  }`);

const inputs = new Map([
  [
    "x",
    tensorOf(
      "float32",
      [2, 3, 16, 16],
      Float32Array.from({ length: 1536 }, (_, i) => Math.sin(i)),
    ),
  ],
]);

describe.skipIf(!hasDriver)(`webgpu without a GPU (skipped where ${driver} is missing: no Vulkan driver)`, () => {
  test("computes what the processor computes, with its own kernels", async () => {
    await using engine = createOnnxRuntimeEngine({ env: driverEnv });
    const onCpu = await engine.open(network);
    const onGpu = await engine.open(network, { device: "webgpu", profile: true });
    const expected = numbers((await onCpu.run(inputs)).get("y")!);
    const got = numbers((await onGpu.run(inputs)).get("y")!);
    expect(Math.max(...expected)).toBeGreaterThan(0.1);
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
    const { events } = await onGpu.profile();
    expect(events.find(({ op }) => op === "Conv")?.provider).toBe("WebGpuExecutionProvider");
  }, 60_000);

  test("without a driver: says what is missing", async () => {
    await using engine = createOnnxRuntimeEngine({ env: { VK_ICD_FILENAMES: "/none", VK_DRIVER_FILES: "/none" } });
    const refusal = await engine.open(network, { device: "webgpu" }).then(() => "opened", String);
    expect(refusal).toMatch(/ENGINE_PROVIDER at device webgpu: .*(libvulkan|No supported adapters)/);
    expect((await (await engine.open(network)).run(inputs)).has("y")).toBe(true);
  });
});
