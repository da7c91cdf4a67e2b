/**
 * LSTM, GRU and RNN. With `layout` 0: data [T, B, I], weights [D, gates·H, I], recurrent weights [D, gates·H, H]
 * → all states [T, D, B, H], the last state [D, B, H] and, of an LSTM, the last cell [D, B, H].
 * With `layout` 1 the batch comes first: [B, T, I] → [B, T, D, H], [B, D, H]. D is 2 when bidirectional.
 */
import { type Dim, intAttr, type OpName, stringAttr } from "@pare/ir";
import { countOf, sum, times } from "../counting.ts";
import { keeps, opaque, perOutput } from "../rules.ts";
import type { InferContext, OpSpec, Role } from "../spec.ts";
import { dtypeOf, tensorType } from "../value-types.ts";

export interface RecurrentForm {
  /** Vectors of H computed a step: 4 for LSTM, 3 for GRU, 1 for RNN. */
  readonly gates: number;
  readonly roles: readonly Role[];
  /** The axis of the recurrent weights along which the last state lies. Default 2; quantized weights lie the other way: 1. */
  readonly hiddenAxis?: 1 | 2;
  readonly discontinuous?: boolean;
}

interface Sizes {
  readonly steps: Dim;
  readonly batch: Dim;
  readonly directions: number;
  readonly hidden: Dim;
}

function sizesOf(context: InferContext, form: RecurrentForm): Sizes {
  const { node } = context;
  const [first, second] = context.shape(0) ?? [];
  const batchFirst = intAttr(node, "layout", 0) === 1;
  return {
    steps: batchFirst ? second : first,
    batch: batchFirst ? first : second,
    directions: stringAttr(node, "direction", "forward") === "bidirectional" ? 2 : 1,
    hidden: context.shape(2)?.[form.hiddenAxis ?? 2] ?? intAttr(node, "hidden_size"),
  };
}

export function recurrent(op: OpName, form: RecurrentForm): OpSpec {
  return {
    op,
    roles: () => form.roles,
    axes: (node) => {
      const batchFirst = intAttr(node, "layout", 0) === 1;
      const [batch, batchOut] = batchFirst ? [0, 0] : [1, 2];
      const [time, timeOut] = batchFirst ? [1, 1] : [0, 0];
      // Every hidden element feeds all gates of the next step, and gates lie in blocks along one axis.
      return [keeps(0, batch, batchOut), opaque(0, time, timeOut), opaque(1, 1, 3), opaque(1, 2, 3), opaque(2, 2, 3)];
    },
    infer: (context) => {
      const { steps, batch, directions, hidden } = sizesOf(context, form);
      const batchFirst = intAttr(context.node, "layout", 0) === 1;
      const dtype = dtypeOf(context.type(0));
      const last = tensorType(dtype, batchFirst ? [batch, directions, hidden] : [directions, batch, hidden]);
      const all = batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden];
      return perOutput(context.node, [tensorType(dtype, all), last, last]);
    },
    macs: (context) => {
      const { steps, batch, directions, hidden } = sizesOf(context, form);
      const perGate = times(countOf([hidden]), sum(countOf([context.shape(0)?.[2]]), countOf([hidden])));
      return times(form.gates, perGate, countOf([steps, batch, directions]));
    },
    gradient: { refused: "recurrent networks cannot be trained yet, unless their steps are unrolled" },
    ...(form.discontinuous !== undefined && { discontinuous: form.discontinuous }),
  };
}

export const lstm = recurrent("onnx.LSTM", {
  gates: 4,
  roles: ["data", "weight", "weight", "bias", "param", "data", "data", "weight"],
});
export const gru = recurrent("onnx.GRU", { gates: 3, roles: ["data", "weight", "weight", "bias", "param", "data"] });
export const rnn = recurrent("onnx.RNN", { gates: 1, roles: ["data", "weight", "weight", "bias", "param", "data"] });
