import { attr, attrsOf, createGraphBuilder, createModel, type GraphBuilder, type Model } from "@pare/ir";
import { seededRandom } from "@pare/pass";
import { type DType, elementCount, type Tensor, tensorOf } from "@pare/tensor";

type Attrs = Parameters<typeof attrsOf>[0];

export interface Convolution {
  readonly from: number;
  readonly to: number;
  /** Sizes along the spatial axes. */
  readonly kernel: readonly number[];
  readonly stride?: number;
  /** Before and after, on all spatial axes. */
  readonly pads?: readonly [number, number];
  readonly group?: number;
}

/**
 * Writes an untrained network the way training frameworks export: batch norms apart, constants in nodes, padding in a node
 * of its own, dropout and an identity left in. That is what simplification is there for.
 */
export class NetworkWriter {
  readonly #name: string;
  readonly #graph: GraphBuilder;
  readonly #random: () => number;

  constructor(name: string, seed: number) {
    this.#name = name;
    this.#graph = createGraphBuilder(name);
    this.#random = seededRandom(seed);
  }

  input(name: string, dtype: DType, shape: readonly (number | string)[]): string {
    this.#graph.input({ name, type: { kind: "tensor", dtype, shape } });
    return name;
  }

  /** A node with one output, named after it; gives the output's name. */
  op(type: string, name: string, inputs: readonly string[], attrs: Attrs = {}): string {
    const outputs = [`${name}_output`];
    this.#graph.node({ domain: "onnx", type, name, inputs, outputs, attrs: attrsOf(attrs) });
    return outputs[0]!;
  }

  constant(name: string, tensor: Tensor): string {
    return this.op("Constant", name, [], { value: attr.tensor(tensor) });
  }

  weight(name: string, shape: readonly number[], values: ArrayLike<number>): string {
    this.#graph.constant({ name, tensor: tensorOf("float32", shape, values) });
    return name;
  }

  /** Uniform in ±1 ÷ √fanIn, as PyTorch's layers begin. */
  drawn(name: string, shape: readonly number[], fanIn: number): string {
    const limit = 1 / Math.sqrt(fanIn);
    const values = Float32Array.from({ length: elementCount(shape) }, () => limit * (2 * this.#random() - 1));
    return this.weight(name, shape, values);
  }

  /** Convolution without bias, then batch norm; unequal padding goes into a Pad node before them. */
  convNorm(part: string, convolution: Convolution, x: string): string {
    const { from, to, kernel, stride = 1, pads: [before, after] = [0, 0], group = 1 } = convolution;
    const place = `/${part.replaceAll(".", "/")}`;
    const isEven = before === after;
    const padded = isEven ? x : this.#pad(place, x, [before, after], kernel.length);
    const spatial = (value: number) => attr.ints(kernel.map(() => value));
    const shape = [to, from / group, ...kernel];
    const weight = this.drawn(`${part}.weight`, shape, elementCount(shape.slice(1)));
    const convolved = this.op("Conv", `${place}/Conv`, [padded, weight], {
      dilations: spatial(1),
      group: attr.int(group),
      kernel_shape: attr.ints([...kernel]),
      pads: attr.ints([...kernel, ...kernel].map(() => (isEven ? before : 0))),
      strides: spatial(stride),
    });
    const norms = { weight: 1, bias: 0, running_mean: 0, running_var: 1 };
    const inputs = Object.entries(norms).map(([name, value]) =>
      this.weight(`${part}.bn.${name}`, [to], new Float32Array(to).fill(value)),
    );
    const attrs = { epsilon: attr.float(1e-5), momentum: attr.float(0.9) };
    return this.op("BatchNormalization", `${place}/BatchNormalization`, [convolved, ...inputs], attrs);
  }

  #pad(place: string, x: string, [before, after]: readonly [number, number], axes: number): string {
    const side = (size: number) => [0, 0, ...Array.from({ length: axes }, () => size)];
    const pads = tensorOf("int64", [2 * (axes + 2)], [...side(before), ...side(after)]);
    const value = this.constant(`${place}/Constant_1`, tensorOf("float32", [], [0]));
    return this.op("Pad", `${place}/Pad`, [x, this.constant(`${place}/Constant`, pads), value], {
      mode: attr.string("constant"),
    });
  }

  /** A dense layer with the weights [to, from], turned round by the node. */
  gemm(name: string, [from, to]: readonly [number, number], x: string): string {
    const inputs = [x, this.drawn(`${name}.weight`, [to, from], from), this.drawn(`${name}.bias`, [to], from)];
    return this.op("Gemm", `/${name}/Gemm`, inputs, { transB: attr.int(1) });
  }

  /** The model whose only output is `logits` [batch, classes], behind an Identity. */
  finish(logits: string, classes: number, { opset, formatVersion }: { opset: number; formatVersion: number }): Model {
    this.#graph.node({ domain: "onnx", type: "Identity", name: "/Identity", inputs: [logits], outputs: ["logits"] });
    const type = { kind: "tensor", dtype: "float32", shape: ["batch", classes] } as const;
    return createModel({
      graph: this.#graph.finish([{ name: "logits", type }]),
      opsets: new Map([["onnx", opset]]),
      formatVersion,
      producer: { name: `pare-${this.#name}`, version: "1" },
    });
  }
}
