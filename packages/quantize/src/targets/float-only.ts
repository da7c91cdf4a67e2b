/** Where there are no kernels for 8-bit activations: said, instead of a file that runs slower than float. */
import { type Target, type TargetInput, targetSchema } from "./target.ts";

type Own = Pick<TargetInput, "name" | "summary" | "runtime" | "device" | "notes">;

const withoutKernels = (own: Own): Target =>
  targetSchema.parse({
    ...own,
    activation: { type: "uint8", symmetric: false },
    weight: { type: "int8", granularity: "channel" },
    operators: {},
  });

export const webgpu = withoutKernels({
  name: "webgpu",
  summary: "GPUs through WebGPU in ONNX Runtime",
  runtime: "onnxruntime",
  device: "webgpu",
  notes: ["There are no int8 kernels on WebGPU: use float16, or int4 weights (MatMulNBits)."],
});

export const cuda = withoutKernels({
  name: "cuda",
  summary: "NVIDIA GPUs through ONNX Runtime's CUDA provider",
  runtime: "onnxruntime",
  device: "cuda",
  notes: [
    "ONNX Runtime's CUDA provider has no int8 kernels: a quantized graph would run in float with conversions around every operator. Use float16, or the target tensorrt.",
  ],
});

export const tfjs = withoutKernels({
  name: "tfjs",
  summary: "TensorFlow.js",
  runtime: "tfjs",
  device: "none",
  notes: ["TensorFlow.js computes in float32: int8 only makes the file smaller (storage)."],
});
