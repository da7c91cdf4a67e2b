import { floatAttr, type Node, stringAttr } from "@pare/ir";
import { broadcast } from "../broadcast.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { erf } from "./erf.ts";
import { map } from "./unary.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const exponentialUnit = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));
const hardSigmoid = (x: number, alpha: number, beta: number) => Math.max(0, Math.min(1, alpha * x + beta));
const gelu = (x: number) => 0.5 * x * (1 + erf(x * Math.SQRT1_2));
const tanhGelu = (x: number) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

function shrunk(x: number, limit: number, bias: number): number {
  if (x > limit) return x - bias;
  return x < -limit ? x + bias : 0;
}

/** `functionOf` makes the function of one element from a node's attributes. */
const activation = (functionOf: (node: Node) => (x: number) => number): Kernel => {
  return ({ node, input }) => [map(input(0), functionOf(node))];
};

/** The same of x + bias, where there is a bias. */
const biased = (apply: (x: number) => number): Kernel => {
  return ({ inputs }) => [
    map(
      broadcast(
        inputs.flatMap((input) => input ?? []),
        (x, bias = 0) => x + bias,
      ),
      apply,
    ),
  ];
};

const alpha = (node: Node, fallback: number) => floatAttr(node, "alpha", fallback);

export const activations: Kernels = {
  "onnx.Celu": activation((node) => {
    const a = alpha(node, 1);
    return (x) => Math.max(0, x) + Math.min(0, a * Math.expm1(x / a));
  }),
  "onnx.Elu": activation((node) => (x) => exponentialUnit(x, alpha(node, 1))),
  "onnx.Gelu": activation((node) => (stringAttr(node, "approximate", "none") === "tanh" ? tanhGelu : gelu)),
  "onnx.HardSigmoid": activation((node) => (x) => hardSigmoid(x, alpha(node, 0.2), floatAttr(node, "beta", 0.5))),
  "onnx.HardSwish": activation(() => (x) => x * hardSigmoid(x, 1 / 6, 0.5)),
  "onnx.LeakyRelu": activation((node) => (x) => (x < 0 ? x * alpha(node, 0.01) : x)),
  "onnx.Mish": activation(() => (x) => x * Math.tanh(softplus(x))),
  "onnx.Relu": activation(() => (x) => Math.max(0, x)),
  "onnx.Selu": activation((node) => {
    const scale = floatAttr(node, "gamma", 1.0507010221481323);
    return (x) => scale * exponentialUnit(x, alpha(node, 1.6732631921768188));
  }),
  "onnx.Shrink": activation((node) => {
    return (x) => shrunk(x, floatAttr(node, "lambd", 0.5), floatAttr(node, "bias", 0));
  }),
  "onnx.Sigmoid": activation(() => sigmoid),
  "onnx.Softplus": activation(() => softplus),
  "onnx.Softsign": activation(() => (x) => x / (1 + Math.abs(x))),
  "onnx.Swish": activation((node) => (x) => x * sigmoid(alpha(node, 1) * x)),
  "onnx.ThresholdedRelu": activation((node) => (x) => (x > alpha(node, 1) ? x : 0)),
  "com.microsoft.BiasGelu": biased(gelu),
  "com.microsoft.FastGelu": biased(tanhGelu),
  "com.microsoft.Gelu": biased(gelu),
  "com.microsoft.QuickGelu": activation((node) => (x) => x * sigmoid(alpha(node, 1.702) * x)),
};
