import { type Target, targetSchema } from "./target.ts";

const compute = { kind: "compute", output: "either", constantWeight: true, leastChannels: 16 } as const;

/** Inputs are quantized, outputs are not, so that what follows (bias, Relu, a residual Add) goes into the kernel. */
export const tensorrt: Target = targetSchema.parse({
  name: "tensorrt",
  summary: "NVIDIA GPUs through TensorRT",
  runtime: "tensorrt",
  device: "tensorrt",
  activation: { type: "int8", symmetric: true },
  weight: { type: "int8", granularity: "channel", form: "pair" },
  bias: "float",
  foldClips: false,
  operators: {
    "onnx.Conv": { ...compute, kernel: "Conv" },
    "onnx.ConvTranspose": { ...compute, kernel: "ConvTranspose" },
    "onnx.Gemm": { ...compute, kernel: "Gemm" },
    "onnx.MatMul": { ...compute, kernel: "MatMul" },
    "onnx.Add": { kind: "pointwise", kernel: "Add", output: "either", residual: true },
  },
  notes: [
    "Weights stay float in the file behind QuantizeLinear and DequantizeLinear; TensorRT makes them int8 when it builds the engine.",
    "What is not quantized runs in float16 where the engine is built for it.",
  ],
});
