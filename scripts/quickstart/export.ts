/**
 * The trained network as an ONNX graph, written the way training frameworks export: batch norms apart, constants in
 * nodes, padding in a node of its own, the flattened shape computed at run time, dropout and an identity left in. That
 * is what simplification is there for.
 */
import { attr, attrsOf, createGraphBuilder, createModel, type GraphBuilder, type Model } from "@pare/ir";
import { type Tensor, tensorOf } from "@pare/tensor";
import type { ConvSpec } from "./convolution.ts";
import { batchNormEpsilon } from "./layers.ts";
import { head, pointwise, type Stage, same3x3, stages } from "./network.ts";
import type { Parameter } from "./parameters.ts";

export const opset = 13;
const irVersion = 7;

export function exportModel(parameters: readonly Parameter[]): Model {
  const graph = createGraphBuilder("quickstart");
  const values = new Map(parameters.map(({ name, value }) => [name, value]));
  const float = (shape: readonly (number | string)[]) => ({ kind: "tensor", dtype: "float32", shape }) as const;
  graph.input({ name: "image", type: float(["batch", 3, 32, 32]) });
  const writer: Writer = { graph, values };
  const features = stages.reduce((x, stage) => exportStage(writer, stage, x), "image");
  exportHead(writer, features);
  return createModel({
    graph: graph.finish([{ name: "logits", type: float(["batch", head.classes]) }]),
    opsets: new Map([["onnx", opset]]),
    formatVersion: irVersion,
    producer: { name: "pare-quickstart", version: "1" },
  });
}

export interface Writer {
  readonly graph: GraphBuilder;
  readonly values: ReadonlyMap<string, Float32Array>;
}

type Attrs = Parameters<typeof attrsOf>[0];

/** Adds a node with one output, named after it; gives the output's name. */
export function add(
  { graph }: Writer,
  type: string,
  name: string,
  inputs: readonly string[],
  attrs: Attrs = {},
): string {
  const output = `${name}_output`;
  graph.node({ domain: "onnx", type, name, inputs, outputs: [output], attrs: attrsOf(attrs) });
  return output;
}

export function constant(writer: Writer, name: string, tensor: Tensor): string {
  return add(writer, "Constant", name, [], { value: attr.tensor(tensor) });
}

export function weight({ graph }: Writer, name: string, shape: readonly number[], values: ArrayLike<number>): string {
  graph.constant({ name, tensor: tensorOf("float32", shape, values) });
  return name;
}

function exportStage(writer: Writer, stage: Stage, x: string): string {
  const { name } = stage;
  switch (stage.kind) {
    case "conv":
      return add(writer, "Relu", `/${name}/Relu`, [convNorm(writer, name, stage.spec, x)]);
    case "residual": {
      const spec = same3x3(stage.channels);
      const inner = add(writer, "Relu", `/${name}/Relu`, [convNorm(writer, `${name}.conv1`, spec, x)]);
      const branch = convNorm(writer, `${name}.conv2`, spec, inner);
      return add(writer, "Relu", `/${name}/Relu_1`, [add(writer, "Add", `/${name}/Add`, [x, branch])]);
    }
    case "separable": {
      const deep = relu6(writer, `${name}.dw`, convNorm(writer, `${name}.dw`, same3x3(stage.from), x, "depthwise"));
      return relu6(writer, `${name}.pw`, convNorm(writer, `${name}.pw`, pointwise(stage.from, stage.to), deep));
    }
  }
}

/** Convolution without bias, then batch norm; unequal padding goes into a Pad node before them. */
function convNorm(writer: Writer, part: string, spec: ConvSpec, x: string, kind?: "depthwise"): string {
  const { from, to, kernel, stride } = spec;
  const [before, after] = spec.pads;
  const place = `/${part.replaceAll(".", "/")}`;
  const [padded, pads] = before === after ? [x, before] : [pad(writer, place, x, [before, after]), 0];
  const depth = kind === "depthwise" ? 1 : from;
  const weights = toOnnxLayout(writer.values.get(`${part}.weight`)!, { depth, to, kernel });
  const convolved = add(
    writer,
    "Conv",
    `${place}/Conv`,
    [padded, weight(writer, `${part}.weight`, [to, depth, kernel, kernel], weights)],
    {
      dilations: attr.ints([1, 1]),
      group: attr.int(from / depth),
      kernel_shape: attr.ints([kernel, kernel]),
      pads: attr.ints([pads, pads, pads, pads]),
      strides: attr.ints([stride, stride]),
    },
  );
  const norms = ["weight", "bias", "running_mean", "running_var"].map((of) => `${part}.bn.${of}`);
  const inputs = [convolved, ...norms.map((name) => weight(writer, name, [to], writer.values.get(name)!))];
  const attrs = { epsilon: attr.float(batchNormEpsilon), momentum: attr.float(0.9) };
  return add(writer, "BatchNormalization", `${place}/BatchNormalization`, inputs, attrs);
}

/** From [kernel · kernel · depth (and filling), to] to [to, depth, kernel, kernel]. */
function toOnnxLayout(
  values: Float32Array,
  { depth, to, kernel }: { depth: number; to: number; kernel: number },
): Float32Array {
  const area = kernel * kernel;
  return Float32Array.from({ length: to * depth * area }, (_, i) => {
    const [filter, channel, tap] = [Math.floor(i / (depth * area)), Math.floor(i / area) % depth, i % area];
    return values[(tap * depth + channel) * to + filter]!;
  });
}

function pad(writer: Writer, place: string, x: string, [before, after]: readonly [number, number]): string {
  const pads = constant(
    writer,
    `${place}/Constant`,
    tensorOf("int64", [8], [0, 0, before, before, 0, 0, after, after]),
  );
  const value = constant(writer, `${place}/Constant_1`, tensorOf("float32", [], [0]));
  return add(writer, "Pad", `${place}/Pad`, [x, pads, value], { mode: attr.string("constant") });
}

function relu6(writer: Writer, part: string, x: string): string {
  const place = `/${part.replaceAll(".", "/")}`;
  const low = constant(writer, `${place}/Constant`, tensorOf("float32", [], [0]));
  const high = constant(writer, `${place}/Constant_1`, tensorOf("float32", [], [6]));
  return add(writer, "Clip", `${place}/Clip`, [x, low, high]);
}

function exportHead(writer: Writer, features: string): void {
  const { name } = head;
  const pooled = add(writer, "GlobalAveragePool", "/pool/GlobalAveragePool", [features]);
  const flat = flatten(writer, pooled);
  const ratio = constant(writer, "/dropout/Constant", tensorOf("float32", [], [head.dropout]));
  const training = constant(writer, "/dropout/Constant_1", tensorOf("bool", [], [0]));
  const kept = add(writer, "Dropout", "/dropout/Dropout", [flat, ratio, training]);
  const matrix = weight(writer, `${name}.weight`, [head.features, head.classes], writer.values.get(`${name}.weight`)!);
  const product = add(writer, "MatMul", `/${name}/MatMul`, [kept, matrix]);
  const bias = weight(writer, `${name}.bias`, [head.classes], writer.values.get(`${name}.bias`)!);
  const sum = add(writer, "Add", `/${name}/Add`, [product, bias]);
  writer.graph.node({ domain: "onnx", type: "Identity", name: "/Identity", inputs: [sum], outputs: ["logits"] });
}

/** x.reshape(x.shape[0], -1), step by step. */
function flatten(writer: Writer, x: string): string {
  const shape = add(writer, "Shape", "/flatten/Shape", [x]);
  const first = constant(writer, "/flatten/Constant", tensorOf("int64", [], [0]));
  const batch = add(writer, "Gather", "/flatten/Gather", [shape, first], { axis: attr.int(0) });
  const axes = constant(writer, "/flatten/Constant_1", tensorOf("int64", [1], [0]));
  const batchAxis = add(writer, "Unsqueeze", "/flatten/Unsqueeze", [batch, axes]);
  const rest = constant(writer, "/flatten/Constant_2", tensorOf("int64", [1], [-1]));
  const target = add(writer, "Concat", "/flatten/Concat", [batchAxis, rest], { axis: attr.int(0) });
  return add(writer, "Reshape", "/flatten/Reshape", [x, target]);
}
