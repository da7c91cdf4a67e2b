import { architectures } from "@pare/architectures";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { upgradeOpset } from "@pare/opset";
import { type Device, seededRandom, type Tensors } from "@pare/pass";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { buildStepGraph, type StepGraph } from "@pare/train";
import { afterAll, describe, expect, test } from "vitest";
import { driver, driverEnv, hasDriver } from "../../packages/engine/testing/swiftshader.ts";
import { relativeError } from "../support/check-gradients.ts";

const image = { name: "x", dtype: "float32", sample: [3, 8, 8] } as const;
const students = [
  ["mlp", { width: 16, depth: 2 }],
  ["resnet8", { width: 4 }],
  ["resnet20", { width: 4 }],
  ["mobilenetv2", { width: 0.1 }],
  ["transformer", { width: 8, depth: 1, heads: 2 }],
] as const;
const steps = 3;
const batch = 4;

function stepOf(name: string, given: object): StepGraph {
  const architecture = architectures.find((each) => each.name === name)!;
  const model = architecture.build({ classes: 5, seed: 3, input: image, ...given });
  upgradeOpset(model, 21);
  return buildStepGraph(model, {
    ...{ batch, formulation: "portable" },
    loss: { kind: "cross-entropy" },
    optimizer: { kind: "sgd", nesterov: true },
    // Fifty norms over few elements: by batch statistics one ReLU6 that rounds across its edge turns every gradient.
    batchNorm: name === "mobilenetv2" ? "frozen" : "train",
  });
}

function feedsOf(step: StepGraph, turn: number): Tensors {
  const random = seededRandom(turn);
  const fed = new Map<string, Tensor>();
  for (const { name, kind } of step.rates) fed.set(name, tensorOf("float32", [], [kind === "momentum" ? 0.9 : 0.02]));
  for (const { name, kind } of step.feeds) {
    const drawn = () => Array.from({ length: batch * elementCount(image.sample) }, () => 2 * random() - 1);
    const labels = Array.from({ length: batch }, (_, i) => (i + turn) % 5);
    fed.set(
      name,
      kind === "target" ? tensorOf("int64", [batch], labels) : tensorOf("float32", [batch, ...image.sample], drawn()),
    );
  }
  return fed;
}

describe.skipIf(!hasDriver)(`webgpu without a GPU (skipped where ${driver} is missing)`, () => {
  const engine = createOnnxRuntimeEngine({ env: driverEnv });
  afterAll(() => engine[Symbol.asyncDispose]());

  async function trained(step: StepGraph, device: Device) {
    await using session = await engine.open(step.model, { device, profile: true });
    await session.hold(step.state.map(({ input, output, initial }) => ({ input, initial, from: output })));
    for (let turn = 0; turn < steps; turn++) await session.run(feedsOf(step, turn));
    return { state: await session.held(), profile: await session.profile() };
  }

  test.each(students)(
    "three steps of %s %o end where those of the processor end",
    async (name, given) => {
      const step = stepOf(name, given);
      const onCpu = await trained(step, "cpu");
      const onGpu = await trained(step, "webgpu");
      for (const { input, initial } of step.state) {
        const [expected, got] = [onCpu, onGpu].map(({ state }) => numbers(state.get(input)!));
        expect(relativeError(expected!, numbers(initial)), input).toBeGreaterThan(0);
        expect(relativeError(got!, expected!), input).toBeLessThan(1e-3);
      }
      const ran = (provider: string) =>
        new Set(onGpu.profile.events.filter((e) => e.provider === provider).map(({ op }) => op));
      expect(ran("WebGpuExecutionProvider")).toContain("Mul");
      // Of small integers, and what this provider has no kernel for.
      expect(["LogSoftmax", "Reshape", "Equal", "GreaterOrEqual"]).toEqual(
        expect.arrayContaining([...ran("CPUExecutionProvider")].filter((op) => !op.startsWith("Memcpy"))),
      );
    },
    120_000,
  );
});
