import { type Fault, isPareError } from "@pare/error";
import { parseModel } from "@pare/ir";
import type { Device } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import { createOnnxRuntimeEngine, type OnnxRuntimeOptions } from "./engine.ts";
import type { RuntimeInfo } from "./protocol.ts";
import { providerFault } from "./providers.ts";

export type DeviceReport =
  | { readonly device: Device; readonly works: true; readonly openMs: number; readonly runMs: number }
  | { readonly device: Device; readonly works: false; readonly problem: string; readonly next?: string };

export interface RuntimeReport {
  readonly runtime: RuntimeInfo | undefined;
  /** Why the runtime itself does not load; then no device was tried. */
  readonly fault: Fault | undefined;
  readonly devices: readonly DeviceReport[];
}

/** The runtime's own names, as its profile shows them. */
const providers: Readonly<Record<Device, string>> = {
  cpu: "CPUExecutionProvider",
  webgpu: "WebGpuExecutionProvider",
  cuda: "CUDAExecutionProvider",
  tensorrt: "TensorrtExecutionProvider",
  coreml: "CoreMLExecutionProvider",
  dml: "DmlExecutionProvider",
};

const devices: readonly Device[] = ["cpu", "webgpu", "cuda", "tensorrt", "coreml", "dml"];

const timeoutMs = 60_000;

/**
 * Tries every device with a small product of matrices, each in a process of its own: a device works when it loads,
 * when its own kernel ran, and when the result is right. Takes a second or two.
 */
export async function probeOnnxRuntime(options: OnnxRuntimeOptions = {}): Promise<RuntimeReport> {
  const loaded = await loadRuntime(options);
  if ("fault" in loaded) return { runtime: undefined, fault: loaded.fault, devices: [] };
  const reports = devices.map((device) => {
    if (loaded.backends.includes(device)) return tryDevice(device, options);
    const { problem = "it is not in this build" } = providerFault(device, "no available backend found", []) ?? {};
    return { device, works: false, problem } as const;
  });
  return { runtime: loaded, fault: undefined, devices: await Promise.all(reports) };
}

async function loadRuntime(options: OnnxRuntimeOptions): Promise<RuntimeInfo | { readonly fault: Fault }> {
  await using engine = createOnnxRuntimeEngine(options);
  try {
    return await engine.runtime();
  } catch (error) {
    if (isPareError(error)) return { fault: error.fault };
    throw error;
  }
}

async function tryDevice(device: Device, options: OnnxRuntimeOptions): Promise<DeviceReport> {
  try {
    return await runOn(device, options);
  } catch (error) {
    if (!isPareError(error)) throw error;
    const { problem, got, next } = error.fault;
    return {
      device,
      works: false,
      problem: got === undefined ? problem : `${problem} (${got})`,
      ...(next !== undefined && { next }),
    };
  }
}

/** Sums of four rows of ones by a 4×2 ramp: 0+2+4+6 and 1+3+5+7. */
const product =
  "main (float[1, 4] x) => (float[1, 2] y) <float[4, 2] w = {0, 1, 2, 3, 4, 5, 6, 7}> { y = MatMul (x, w) }";
const expected = [12, 16];

async function runOn(device: Device, options: OnnxRuntimeOptions): Promise<DeviceReport> {
  await using engine = createOnnxRuntimeEngine(options);
  await engine.runtime();
  const start = performance.now();
  const session = await engine.open(parseModel(product), { device, threads: 1, profile: true, timeoutMs });
  const openMs = performance.now() - start;
  const inputs = new Map([["x", tensorOf("float32", [1, 4], [1, 1, 1, 1])]]);
  const outputs = await session.run(inputs);
  const runMs = performance.now() - start - openMs;
  const got = numbers(outputs.get("y")!);
  if (got.some((value, i) => Math.abs(value - expected[i]!) > 0.01))
    return {
      device,
      works: false,
      problem: `it computes wrongly: ${got.join(", ")} instead of ${expected.join(", ")}`,
    };
  const { events } = await session.profile();
  if (!events.some(({ provider }) => provider === providers[device]))
    return { device, works: false, problem: "it loads, but the model ran on the processor instead" };
  return { device, works: true, openMs, runMs };
}
