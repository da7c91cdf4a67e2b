import { type Attr, attr, attrsOf, type Edit, emptyModel, type Model, type Value } from "@pare/ir";
import { elementCount, makeTensor, tensorOf } from "@pare/tensor";
import type { NetworkInput, NetworkOptions } from "./architecture.ts";
import { type Draw, type Draws, draws } from "./draw.ts";
import { sizeError } from "./errors.ts";

const opset = 17;
/** PyTorch's and TensorFlow Lite's usual value. */
const normEpsilon = 1e-5;

/** 400 MB: what is built in are students. A width that was meant for another network would take minutes and all memory. */
const mostParameters = 100_000_000;

/** Writes a network from its input on: layers by name, with weights drawn as they come. */
export class NetworkWriter {
  readonly draw: Draws;
  readonly #name: string;
  readonly #edit: Edit;
  #parameters = 0;

  constructor(name: string, edit: Edit, seed: number) {
    this.#name = name;
    this.#edit = edit;
    this.draw = draws(seed);
  }

  op(type: string, name: string, inputs: readonly Value[], attrs: Readonly<Record<string, Attr>> = {}): Value {
    const node = this.#edit.node(`onnx.${type}`, inputs, { name, outputs: [`${name}_output`], attrs: attrsOf(attrs) });
    return node.outputs[0]!;
  }

  /** @throws ARCHITECTURE_SIZE before numbers are drawn for more than `mostParameters` */
  weight(name: string, shape: readonly number[], draw: Draw): Value {
    this.#parameters += elementCount(shape);
    if (this.#parameters > mostParameters) throw sizeError(this.#name, mostParameters);
    const { buffer } = draw(shape);
    return this.#edit.constant(name, makeTensor("float32", shape, new Uint8Array(buffer)));
  }

  ints(name: string, values: readonly number[]): Value {
    return this.#edit.constant(name, tensorOf("int64", [values.length], values));
  }

  scalar(name: string, value: number): Value {
    return this.#edit.constant(name, tensorOf("float32", [], [value]));
  }

  /** x·W + b. */
  dense(name: string, x: Value, from: number, to: number): Value {
    const weight = this.weight(`${name}.weight`, [to, from], this.draw.fanIn(from));
    const bias = this.weight(`${name}.bias`, [to], this.draw.fanIn(from));
    return this.op("Gemm", name, [x, weight, bias], { transB: attr.int(1) });
  }

  /** The same over the last axis of a tensor of any rank. */
  linear(name: string, x: Value, from: number, to: number): Value {
    const weight = this.weight(`${name}.weight`, [from, to], this.draw.fanIn(from));
    const product = this.op("MatMul", `${name}/MatMul`, [x, weight]);
    return this.op("Add", name, [product, this.weight(`${name}.bias`, [to], this.draw.fanIn(from))]);
  }

  /** A square convolution without bias, its size kept but for the stride, then batch norm. */
  convNorm(name: string, x: Value, { from, to, kernel, stride = 1, group = 1 }: ConvNorm): Value {
    const inputs = (from / group) * kernel * kernel;
    const weight = this.weight(`${name}.weight`, [to, from / group, kernel, kernel], this.draw.fanIn(inputs));
    const pad = (kernel - 1) / 2;
    const conv = this.op("Conv", `${name}/Conv`, [x, weight], {
      kernel_shape: attr.ints([kernel, kernel]),
      strides: attr.ints([stride, stride]),
      pads: attr.ints([pad, pad, pad, pad]),
      group: attr.int(group),
    });
    return this.batchNorm(`${name}.norm`, conv, to);
  }

  batchNorm(name: string, x: Value, channels: number): Value {
    const of = (part: string, value: number) =>
      this.weight(`${name}.${part}`, [channels], ([count]) => new Float32Array(count!).fill(value));
    const parts = [of("weight", 1), of("bias", 0), of("running_mean", 0), of("running_var", 1)];
    return this.op("BatchNormalization", name, [x, ...parts], { epsilon: attr.float(normEpsilon) });
  }

  layerNorm(name: string, x: Value, features: number): Value {
    const of = (part: string, value: number) =>
      this.weight(`${name}.${part}`, [features], ([count]) => new Float32Array(count!).fill(value));
    return this.op("LayerNormalization", name, [x, of("weight", 1), of("bias", 0)], {
      axis: attr.int(-1),
      epsilon: attr.float(normEpsilon),
    });
  }

  /** Mean over height and width, then a dense layer: [N, from, H, W] → [N, classes]. */
  poolingHead(x: Value, from: number, classes: number): Value {
    const pooled = this.op("GlobalAveragePool", "head/pool", [x]);
    const flat = this.op("Flatten", "head/flatten", [pooled], { axis: attr.int(1) });
    return this.dense("head", flat, from, classes);
  }
}

export interface ConvNorm {
  readonly from: number;
  readonly to: number;
  /** Odd. */
  readonly kernel: number;
  readonly stride?: number;
  readonly group?: number;
}

/** A model from its input to "logits". */
export function network(
  name: string,
  { input, classes, seed }: NetworkOptions,
  body: (writer: NetworkWriter, x: Value) => Value,
): Model {
  const model = emptyModel(opset, name);
  model.graph.edit(`builtin:${name}`, (edit) => {
    const x = edit.input(input.name, { kind: "tensor", dtype: input.dtype, shape: ["batch", ...input.sample] });
    const logits = body(new NetworkWriter(name, edit, seed), x);
    edit.rename(logits, "logits");
    edit.retype(logits, { kind: "tensor", dtype: "float32", shape: ["batch", classes] });
    edit.output(logits);
  });
  return model;
}

export function featuresOf({ sample }: NetworkInput): number {
  return elementCount(sample);
}
