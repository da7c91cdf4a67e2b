import { attr } from "@pare/ir";
import type { Site } from "../site.ts";
import { flatten } from "./flatten.ts";

/** BatchNormalization 7: inference is told by the outputs, so `is_test` goes. */
export function assertTestMode(site: Site): void {
  if ((site.int("is_test") ?? 0) === 0)
    throw site.refused("it normalises by the batch's own statistics (is_test is 0)");
  site.dropOutputs(1, "its statistics are used, which test mode leaves unset");
  site.change({ attrs: { is_test: undefined } });
}

/**
 * BatchNormalization 9: `spatial` = 0, with a mean of every element instead of every channel, is gone. The same over
 * [N, C·D1·…·Dn]: parameters become vectors, Flatten and Reshape stand around where there are more axes than two.
 */
export function flattenNonSpatial(site: Site): void {
  const isSpatial = (site.int("spatial") ?? 1) !== 0;
  if (isSpatial || site.shape(0)?.length === 2) {
    if (site.node.attrs.has("spatial")) site.change({ attrs: { spatial: undefined } });
    return;
  }
  if (site.node.outputs.length > 1) throw site.refused("it normalises by the batch's own statistics of every element");
  const parameters = [1, 2, 3, 4].map((input) => site.reshaped(input, [-1]));
  const { flat, shapeBefore } = flatten(site, 1);
  site.change({ inputs: [flat, ...parameters], attrs: { spatial: undefined } });
  site.after(0, "Reshape", [shapeBefore]);
}

/** BatchNormalization 14: training was told by more than one output, and is told by `training_mode` now. */
export function sayTrainingMode(site: Site): void {
  if (site.node.outputs.length === 1) return;
  site.dropOutputs(3, "its saved mean or variance is used, which it no longer gives");
  site.change({ attrs: { training_mode: attr.int(1) } });
}
