import { attr, floatAttr, intAttr, type Value } from "@pare/ir";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";

/**
 * y = γ·(x − μ)·s + β with s = 1 ÷ √(σ² + ε). Frozen statistics: ∂x = γ·s·∂y. In training μ and σ² are the batch's own, and
 * ∂x = γ·s·(∂y − mean(∂y) − x̂·mean(∂y·x̂)) (Ioffe and Szegedy 2015, section 3), computed as a·∂y + b·x + c by channel.
 * Means over the batch are taken picture by picture first: one long sum loses digits that the difference needs.
 */
export const batchNormGradient: GradientRule = (context) => {
  const { node, make } = context;
  const gradient = context.gradients[0];
  if (gradient === undefined) return [];
  const parts = new ChannelParts(context);
  const isTraining = intAttr(node, "training_mode", 0) === 1;
  const { mean, slope } = isTraining ? parts.ofBatch() : parts.stored();
  const scaled = make.op("Mul", [parts.byChannel(node.inputs[1]), slope]);
  if (!isTraining && !context.needs(1) && !context.needs(2)) return [make.op("Mul", [gradient, scaled])];
  const meanOfGradient = parts.channelMean(gradient);
  const product = parts.channelMean(make.op("Mul", [gradient, node.inputs[0]]));
  // mean(∂y·x̂) = s·(mean(∂y·x) − μ·mean(∂y))
  const centred = make.op("Sub", [product, make.op("Mul", [mean, meanOfGradient])]);
  const alongNormal = make.op("Mul", [centred, slope]);
  const data = () =>
    isTraining
      ? throughStatistics(context, { gradient, mean, slope, scaled, meanOfGradient, alongNormal })
      : make.op("Mul", [gradient, scaled]);
  const total = (value: Value) =>
    make.op("Reshape", [make.op("Mul", [value, make.scalar(parts.count)]), make.ints([-1])]);
  return [
    context.needs(0) ? data() : undefined,
    context.needs(1) ? total(alongNormal) : undefined,
    context.needs(2) ? total(meanOfGradient) : undefined,
  ];
};

interface Moments {
  readonly gradient: Value;
  readonly mean: Value;
  readonly slope: Value;
  readonly scaled: Value;
  readonly meanOfGradient: Value;
  readonly alongNormal: Value;
}

function throughStatistics({ make, node }: GradientContext, moments: Moments): Value {
  const { gradient, mean, slope, scaled, meanOfGradient, alongNormal } = moments;
  const b = make.op("Neg", [make.op("Mul", [make.op("Mul", [scaled, slope]), alongNormal])]);
  const c = make.op("Neg", [make.op("Add", [make.op("Mul", [scaled, meanOfGradient]), make.op("Mul", [b, mean])])]);
  const ofGradient = make.op("Mul", [gradient, scaled]);
  const ofData = make.op("Add", [make.op("Mul", [node.inputs[0], b]), c]);
  return make.op("Add", [ofGradient, ofData]);
}

/** Values by channel, as [1, C, 1, …]. */
class ChannelParts {
  readonly #context: GradientContext;
  readonly #shape: readonly number[];
  /** Elements of a channel. */
  readonly count: number;

  constructor(context: GradientContext) {
    this.#context = context;
    this.#shape = context.inputShape(0);
    this.count = this.#shape.reduce((product, size, axis) => (axis === 1 ? product : product * size), 1);
  }

  byChannel(value: Value | undefined): Value {
    const { make } = this.#context;
    return make.op("Reshape", [value, make.ints(this.#shape.map((size, axis) => (axis === 1 ? size : 1)))]);
  }

  channelMean(value: Value): Value {
    const { make } = this.#context;
    const each = this.#shape.length > 2 ? make.op("GlobalAveragePool", [value]) : value;
    return make.op("ReduceMean", [each, make.ints([0])], { keepdims: attr.int(1) });
  }

  stored() {
    const { inputs } = this.#context.node;
    return { mean: this.byChannel(inputs[3]), slope: this.#slope(this.byChannel(inputs[4])) };
  }

  /** With a momentum of 0 the node hands out the batch's own statistics; else they are taken again. */
  ofBatch() {
    const { node, make } = this.#context;
    if (floatAttr(node, "momentum", 0.9) === 0 && node.outputs.length > 2 && node.outputs[2]!.name !== "")
      return { mean: this.byChannel(node.outputs[1]), slope: this.#slope(this.byChannel(node.outputs[2])) };
    const mean = this.channelMean(node.inputs[0]!);
    const centred = make.op("Sub", [node.inputs[0], mean]);
    return { mean, slope: this.#slope(this.channelMean(make.op("Mul", [centred, centred]))) };
  }

  #slope(variance: Value): Value {
    const { make, node } = this.#context;
    const guarded = make.op("Add", [variance, make.scalar(floatAttr(node, "epsilon", 1e-5))]);
    return make.op("Reciprocal", [make.op("Sqrt", [guarded])]);
  }
}
