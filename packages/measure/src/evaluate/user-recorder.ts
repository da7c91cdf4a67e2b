import type { Tensors } from "@pare/pass";
import { batchAxisError, unknownPortError, userMetricError } from "../errors.ts";
import type { NamedStatistic } from "../metrics/catalog.ts";
import { type UserMetric, type UserTensor, userStatistic } from "../metrics/user-metric.ts";
import type { Feed } from "./feeds.ts";
import { rowsOf } from "./scores.ts";

export interface UserRecorder {
  add(feed: Feed, outputs: Tensors, original: Tensors | undefined): void;
  readonly statistic: NamedStatistic;
}

export function userRecorder<Outcome>(metric: UserMetric<Outcome>, samples: number): UserRecorder {
  const { name, unit = "plain", better } = metric;
  const outcomes = new Array<Outcome>(samples);
  return {
    get statistic() {
      return { name, unit, better, statistic: userStatistic(metric, outcomes) };
    },
    add({ ids, targets, first, batch }, outputs, original) {
      const own = samplesOf(outputs, batch, metric.outputs);
      const theirs = original && samplesOf(original, batch, metric.outputs);
      for (const [i, id] of ids.entries()) {
        const sample = { index: first + i, id, outputs: own(i), original: theirs?.(i), target: targets[i] };
        try {
          outcomes[first + i] = metric.outcome(sample);
        } catch (error) {
          throw userMetricError(name, id, error);
        }
      }
    },
  };
}

/** The batch taken apart: for each place in it the outputs by name. */
function samplesOf(tensors: Tensors, batch: number, wanted: readonly string[] | undefined) {
  const names = wanted ?? [...tensors.keys()];
  const parts = names.map((name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw unknownPortError("output", name, [...tensors.keys()]);
    const [first] = tensor.shape;
    if (batch > 1 && first !== batch) throw batchAxisError(name, tensor.shape, batch);
    return { name, shape: first === batch ? tensor.shape.slice(1) : tensor.shape, rows: rowsOf(tensor, batch) };
  });
  return (i: number): Readonly<Record<string, UserTensor>> =>
    Object.fromEntries(parts.map(({ name, shape, rows }) => [name, { shape, data: rows[i]! }]));
}
