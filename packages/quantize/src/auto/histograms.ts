import type { PassData } from "@pare/pass";

/** Data that counts by bins whatever is observed: all ways of finding ranges then come from one pass over the samples. */
export function withHistograms(data: PassData): PassData {
  return {
    ...data,
    observe: (model, observations) =>
      data.observe(
        model,
        observations.map((each) => (each.channels === undefined ? { ...each, histogram: true } : each)),
      ),
  };
}
