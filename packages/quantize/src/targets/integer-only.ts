import { type Target, type TargetInput, targetSchema } from "./target.ts";

type Rule = TargetInput["operators"][string];

const named = (kind: Rule["kind"], types: readonly string[], rest: Partial<Rule> = {}): TargetInput["operators"] =>
  Object.fromEntries(types.map((type) => [`onnx.${type}`, { ...rest, kind, kernel: type }]));

/** Every value is int8, the model's inputs and outputs too: microcontrollers, many NPUs and ASICs. */
export const integerOnly: Target = targetSchema.parse({
  name: "integer-only",
  summary: "Hardware without floating point: everything is int8, inputs and outputs too",
  runtime: "other",
  device: "none",
  activation: { type: "int8", symmetric: false },
  weight: { type: "int8", granularity: "channel" },
  integerPorts: true,
  operators: {
    ...named("compute", ["Conv", "ConvTranspose", "Gemm"], { bias: true, constantWeight: true }),
    ...named("compute", ["MatMul"]),
    ...named("pointwise", ["Add", "Sub", "Mul", "Relu", "Clip", "LeakyRelu", "PRelu", "Sigmoid", "HardSigmoid"]),
    ...named("pointwise", ["HardSwish", "Tanh", "Softmax", "ReduceMean", "Where"]),
    ...named("pointwise", ["Concat", "AveragePool", "GlobalAveragePool"], { share: true }),
    ...named("move", ["MaxPool", "GlobalMaxPool", "ReduceMax", "ReduceMin", "Reshape", "Flatten", "Squeeze"]),
    ...named("move", ["Unsqueeze", "Transpose", "Slice", "Split", "Gather", "Expand", "Tile", "Identity"]),
    ...named("move", ["Pad", "DepthToSpace", "SpaceToDepth", "Resize"]),
  },
  notes: ["Fragile patterns cannot be kept in float here: judge the accuracy of the result with care."],
});
