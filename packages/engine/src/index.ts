export type { CpuFeature } from "./machine/cpu-features.ts";
export { allowedCpus } from "./machine/cpus.ts";
export { describeMachine, type Machine } from "./machine/describe.ts";
export { createOnnxRuntimeEngine, type OnnxRuntimeEngine, type OnnxRuntimeOptions } from "./onnxruntime/engine.ts";
export type { ModelSource } from "./onnxruntime/model-source.ts";
export { type DeviceReport, probeOnnxRuntime, type RuntimeReport } from "./onnxruntime/probe.ts";
export type { RuntimeInfo } from "./onnxruntime/protocol.ts";
export { startHostEarly } from "./onnxruntime/spare-host.ts";
