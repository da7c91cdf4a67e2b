import { attr } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { elementCount, float32s, tensorOf } from "@pare/tensor";
import type { RunningStatistic } from "../prepare/batch-norm.ts";
import type { States } from "./states.ts";
import type { StepParameter } from "./step-graph.ts";

/**
 * All running statistics as one state that follows those of the batch: r ← (1 − m)·r + gain·batch, element by element.
 * They move in every step, whatever is accumulated.
 */
export function followStatistics(
  make: NodeMaker,
  states: States,
  statistics: readonly RunningStatistic[],
): readonly StepParameter[] {
  if (statistics.length === 0) return [];
  const spread = (of: (statistic: RunningStatistic) => Float32Array) => statistics.flatMap((each) => [...of(each)]);
  const constant = (of: (statistic: RunningStatistic) => number) =>
    make.floats(spread((each) => new Float32Array(elementCount(each.initial.shape)).fill(of(each))));
  const initial = spread(({ initial }) => float32s(initial));
  const state = states.always("running-statistics", tensorOf("float32", [initial.length], initial));
  const batch = make.op(
    "Concat",
    statistics.map((each) => each.batch),
    { axis: attr.int(0) },
  );
  const kept = make.op("Mul", [state.current, constant(({ rate }) => 1 - rate)]);
  state.next(make.op("Add", [kept, make.op("Mul", [batch, constant(({ gain }) => gain)])]));
  let offset = 0;
  return statistics.map(({ name, initial: { shape } }) => {
    const place = { name, shape, state: state.current.name, offset };
    offset += elementCount(shape);
    return place;
  });
}
