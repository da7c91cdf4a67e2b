import * as z from "zod";

const quantType = z.enum(["int4", "uint4", "int8", "uint8", "int16", "uint16"]);

/** How one operator runs as integers on a target. */
const operatorRule = z
  .strictObject({
    /** compute: integer arithmetic. move: the same codes in another order or fewer of them. pointwise: codes to codes. */
    kind: z.enum(["compute", "move", "pointwise"]),
    kernel: z
      .string()
      .min(1)
      .describe("The kernel as the runtime's profile names it; a move keeps the operator's name."),
    output: z
      .enum(["quantized", "either"])
      .default("quantized")
      .describe("either: the kernel can also write float, so that nothing behind it needs to be quantized."),
    floatKernel: z.string().min(1).optional().describe("The kernel where the output stays float."),
    opset: z.int().min(1).optional().describe("From which opset on. Default: any."),
    share: z.boolean().default(false).describe("Inputs and outputs have one grid."),
    residual: z
      .boolean()
      .default(false)
      .describe("An addition that the kernel before it takes in: only the other, shorter branch is quantized."),
    leastChannels: z
      .int()
      .min(1)
      .optional()
      .describe("Fewer input or output channels stay float. Default: any number."),
    bias: z.boolean().default(false).describe("Takes an int32 bias."),
    constantWeight: z.boolean().default(false).describe("Only with a constant second input."),
  })
  .describe("How an operator runs as integers.");

/** A target says what a piece of hardware and a runtime can do. Ready ones are beside this file; users may write their own. */
export const targetSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  summary: z.string().min(1),
  /** What runs it: the engine and device on which a prediction can be proven. */
  runtime: z.enum(["onnxruntime", "tensorrt", "tfjs", "other"]),
  device: z.enum(["cpu", "webgpu", "cuda", "tensorrt", "none"]),
  /** Processor features without which a proof elsewhere is none: ["avx512_vnni"]; one of them is enough. */
  features: z.array(z.string()).default([]),
  activation: z.strictObject({ type: quantType, symmetric: z.boolean() }),
  weight: z.strictObject({
    type: quantType,
    symmetric: z.boolean().default(true),
    granularity: z.enum(["channel", "tensor"]),
    bits: z.int().min(2).max(16).default(8),
    /** pair: float weight, QuantizeLinear, DequantizeLinear (TensorRT). integer: stored as codes. */
    form: z.enum(["integer", "pair"]).default("integer"),
  }),
  bias: z.enum(["int32", "float"]).default("int32"),
  /** Inputs and outputs of the model are integer too. */
  integerPorts: z.boolean().default(false),
  /** Relu and Clip go into the range of the grid behind them. */
  foldClips: z.boolean().default(true),
  /** Operators by name ("onnx.Conv"); what is not listed is float. */
  operators: z.record(z.string(), operatorRule),
  /** Sentences for reports: what cannot be had here. */
  notes: z.array(z.string()).default([]),
});

export type Target = z.output<typeof targetSchema>;
/** A target as it is written: what has a default may be left out. */
export type TargetInput = z.input<typeof targetSchema>;
export type OperatorRule = z.output<typeof operatorRule>;
