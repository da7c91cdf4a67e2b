import type { Tensors } from "@pare/pass";
import { unknownPortError, userMetricError } from "../errors.ts";
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
    add({ ids, targets, first }, outputs, original) {
      const own = samplesOf(outputs, metric.outputs);
      const theirs = original && samplesOf(original, metric.outputs);
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
function samplesOf(tensors: Tensors, wanted: readonly string[] | undefined) {
  const names = wanted ?? [...tensors.keys()];
  const parts = names.map((name) => {
    const tensor = tensors.get(name);
    if (tensor === undefined) throw unknownPortError("output", name, [...tensors.keys()]);
    return { name, shape: tensor.shape.slice(1), rows: rowsOf(tensor) };
  });
  return (i: number): Readonly<Record<string, UserTensor>> =>
    Object.fromEntries(parts.map(({ name, shape, rows }) => [name, { shape, data: rows[i]! }]));
}
