/**
 * What ONNX Runtime's CPU provider runs as 8-bit integers (1.30): its QDQ rewriting knows these operators and no others.
 * Moves take DequantizeLinear and QuantizeLinear away around them and carry the codes.
 */
import type { TargetInput } from "./target.ts";

const compute = {
  "onnx.Conv": { kind: "compute", kernel: "QLinearConv", bias: true, constantWeight: true },
  "onnx.Gemm": {
    kind: "compute",
    kernel: "QGemm",
    output: "either",
    floatKernel: "QGemm",
    bias: true,
    constantWeight: true,
  },
  "onnx.MatMul": { kind: "compute", kernel: "QLinearMatMul", output: "either", floatKernel: "MatMulIntegerToFloat" },
} satisfies TargetInput["operators"];

const pointwise = {
  "onnx.Add": { kind: "pointwise", kernel: "QLinearAdd" },
  "onnx.Mul": { kind: "pointwise", kernel: "QLinearMul" },
  "onnx.Concat": { kind: "pointwise", kernel: "QLinearConcat" },
  "onnx.AveragePool": { kind: "pointwise", kernel: "QLinearAveragePool" },
  "onnx.GlobalAveragePool": { kind: "pointwise", kernel: "QLinearGlobalAveragePool" },
  "onnx.LeakyRelu": { kind: "pointwise", kernel: "QLinearLeakyRelu" },
  "onnx.Sigmoid": { kind: "pointwise", kernel: "QLinearSigmoid" },
  "onnx.Softmax": { kind: "pointwise", kernel: "QLinearSoftmax" },
  "onnx.Where": { kind: "pointwise", kernel: "QLinearWhere" },
} satisfies TargetInput["operators"];

const moves = {
  "onnx.DepthToSpace": { kind: "move", kernel: "DepthToSpace" },
  "onnx.Expand": { kind: "move", kernel: "Expand" },
  "onnx.Flatten": { kind: "move", kernel: "Flatten" },
  "onnx.Gather": { kind: "move", kernel: "Gather" },
  "onnx.GatherElements": { kind: "move", kernel: "GatherElements" },
  "onnx.MaxPool": { kind: "move", kernel: "MaxPool", opset: 12 },
  "onnx.ReduceMax": { kind: "move", kernel: "ReduceMax", opset: 12 },
  "onnx.ReduceMin": { kind: "move", kernel: "ReduceMin", opset: 12 },
  "onnx.Reshape": { kind: "move", kernel: "Reshape" },
  "onnx.Resize": { kind: "move", kernel: "Resize", opset: 11 },
  "onnx.Slice": { kind: "move", kernel: "Slice" },
  "onnx.Split": { kind: "move", kernel: "Split" },
  "onnx.Squeeze": { kind: "move", kernel: "Squeeze" },
  "onnx.Tile": { kind: "move", kernel: "Tile" },
  "onnx.Transpose": { kind: "move", kernel: "Transpose" },
  "onnx.Unsqueeze": { kind: "move", kernel: "Unsqueeze" },
} satisfies TargetInput["operators"];

export const onnxruntimeCpuOperators: TargetInput["operators"] = { ...compute, ...pointwise, ...moves };
