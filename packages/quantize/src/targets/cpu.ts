/** Processors, as ONNX Runtime's CPU provider uses them. */
import { onnxruntimeCpuOperators as operators } from "./onnxruntime-cpu.ts";
import { type Target, targetSchema } from "./target.ts";

export const cpuX64Vnni: Target = targetSchema.parse({
  name: "cpu-x64-vnni",
  summary: "x86-64 with VNNI (AVX512_VNNI, AVX_VNNI or AMX): ONNX Runtime on the CPU",
  runtime: "onnxruntime",
  device: "cpu",
  features: ["avx512_vnni", "avx_vnni", "amx_int8"],
  activation: { type: "uint8", symmetric: false },
  weight: { type: "int8", granularity: "channel" },
  operators,
});

export const cpuX64Avx2: Target = targetSchema.parse({
  name: "cpu-x64-avx2",
  summary: "x86-64 with AVX2 and without VNNI: ONNX Runtime on the CPU",
  runtime: "onnxruntime",
  device: "cpu",
  features: ["avx2"],
  activation: { type: "uint8", symmetric: false },
  weight: { type: "int8", granularity: "channel", bits: 7 },
  operators,
  notes: [
    "Without VNNI, products of unsigned activations and 8-bit weights are added in pairs in 16 bits and saturate: weights take 7 bits here.",
  ],
});

export const cpuArm64: Target = targetSchema.parse({
  name: "cpu-arm64",
  summary: "64-bit ARM with dot products: ONNX Runtime on the CPU",
  runtime: "onnxruntime",
  device: "cpu",
  features: ["asimddp", "dot product", "i8mm"],
  activation: { type: "int8", symmetric: false },
  weight: { type: "int8", granularity: "channel" },
  operators,
});
