/**
 * Batch-norm in training (Ioffe and Szegedy, 2015): normalized by the batch's own mean and variance, while running
 * statistics follow them for inference.
 *
 *   running ← (1 − m)·running + m·statistic
 *
 * with PyTorch's m, which is 1 − the node's `momentum` attribute, and the unbiased variance: the population's, times
 * M ÷ (M − 1) for M elements a channel.
 */
import { attr, type Edit, floatAttr, type Graph, type Node, type Value, withAttrs } from "@pare/ir";
import { type Formulation, type Inference, type NodeMaker, shapeOf } from "@pare/ops";
import { elementCount, type Tensor } from "@pare/tensor";
import { nodeMaker } from "../gradient/node-maker.ts";

/** A running statistic of a batch-norm and what follows it. */
export interface RunningStatistic {
  /** The constant's name in the model. */
  readonly name: string;
  readonly initial: Tensor;
  /** The batch's: shape [C]. */
  readonly batch: Value;
  /** m, and m times what makes the batch's statistic unbiased. */
  readonly rate: number;
  readonly gain: number;
}

/**
 * Puts the batch-norms of a graph with fixed sizes into training, in place, and gives their running statistics. Those
 * for which `trains` is false stay as in inference, as do those with one element a channel or computed statistics.
 */
export function trainBatchNorms(
  graph: Graph,
  inference: Inference,
  formulation: Formulation,
  trains: (node: Node) => boolean,
): readonly RunningStatistic[] {
  const nodes = [...graph.nodes].filter((node) => node.op === "onnx.BatchNormalization" && trains(node));
  return graph.edit("batch-norm in training", (edit) => {
    const seen = new Set<Value>();
    return nodes.flatMap((node) => {
      const [data, , , mean, variance] = node.inputs;
      const shape = shapeOf(inference.type(data!)) as readonly number[];
      const elements = elementCount(shape) / shape[1]!;
      if (mean?.origin.kind !== "constant" || variance?.origin.kind !== "constant" || elements < 2) return [];
      if (seen.has(mean) || seen.has(variance)) return [];
      seen.add(mean).add(variance);
      const rate = 1 - floatAttr(node, "momentum", 0.9);
      const statistics = formulation === "cpu" ? inTrainingMode(edit, node, shape) : fromParts(edit, node, shape);
      return [
        { name: mean.name, initial: mean.origin.tensor, batch: statistics.mean, rate, gain: rate },
        {
          name: variance.name,
          initial: variance.origin.tensor,
          batch: statistics.variance,
          rate,
          gain: (rate * elements) / (elements - 1),
        },
      ];
    });
  });
}

interface Statistics {
  readonly mean: Value;
  /** Of the population. */
  readonly variance: Value;
}

/**
 * With a momentum of 0 the operator hands out the batch's own statistics, whatever the running ones are: it is given some
 * elements of its data. Constants would not do: ONNX Runtime makes equal ones one, and writes the outputs over the inputs, so
 * that all batch-norms with the same initial statistics would hand out those of the last one (1.30 and before).
 */
function inTrainingMode(edit: Edit, node: Node, shape: readonly number[]): Statistics {
  const make = nodeMaker(edit, "batch-norm/");
  const axes = shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
  const all = (value: number) => make.ints(axes.map(() => value));
  const corner = make.op("Slice", [node.inputs[0], all(0), all(1), make.ints(axes)]);
  const some = make.op("Reshape", [corner, make.ints([-1])]);
  edit.setInputs(node, [...node.inputs.slice(0, 3), some, make.op("Neg", [some])]);
  edit.setAttrs(node, withAttrs(node.attrs, { training_mode: attr.int(1), momentum: attr.float(0) }));
  edit.setOutputCount(node, 3);
  return { mean: node.outputs[1]!, variance: node.outputs[2]! };
}

function fromParts(edit: Edit, node: Node, shape: readonly number[]): Statistics {
  const make = nodeMaker(edit, "batch-norm/");
  const [data, scale, bias] = node.inputs;
  const overBatch = make.ints(shape.flatMap((_, axis) => (axis === 1 ? [] : [axis])));
  const meanOf = (value: Value | undefined) => make.op("ReduceMean", [value, overBatch], { keepdims: attr.int(1) });
  const mean = meanOf(data);
  const centred = make.op("Sub", [data, mean]);
  const variance = meanOf(make.op("Mul", [centred, centred]));
  const guarded = make.op("Add", [variance, make.scalar(floatAttr(node, "epsilon", 1e-5))]);
  const normal = make.op("Div", [centred, make.op("Sqrt", [guarded])]);
  const byChannel = channelShaper(make, shape);
  const scaled = make.op("Mul", [normal, byChannel(scale)]);
  edit.replaceUses(node.outputs[0]!, make.op("Add", [scaled, byChannel(bias)]));
  edit.remove(node);
  const flat = (value: Value) => make.op("Reshape", [value, make.ints([-1])]);
  return { mean: flat(mean), variance: flat(variance) };
}

/** [C] → [C, 1, …]: broadcasts along axis 1. */
function channelShaper(make: NodeMaker, shape: readonly number[]) {
  const channels = make.ints([shape[1]!, ...shape.slice(2).map(() => 1)]);
  return (value: Value | undefined) => make.op("Reshape", [value, channels]);
}
