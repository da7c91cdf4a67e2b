import { attr } from "@pare/ir";
import { dtypeCodeOf } from "../dtype-code.ts";
import type { Site } from "../site.ts";

/**
 * GroupNormalization 21: scale and bias went from one a group [G] to one a channel [C]: each is repeated C/G times. It
 * normalises in float32 now unless told otherwise, and did so in the data's own type.
 */
export function parametersPerChannel(site: Site): void {
  const channels = site.shape(0)?.[1];
  const groups = site.int("num_groups");
  if (typeof channels !== "number" || groups === undefined)
    throw site.refused("its scale has to be repeated for every channel, and their number is unknown");
  const perGroup = channels / groups;
  const groupOfChannel = Array.from({ length: channels }, (_, channel) => Math.floor(channel / perGroup));
  const repeat = (input: number) =>
    site.before("Gather", [site.node.inputs[input], site.int64s("group_of_channel", groupOfChannel)]);
  if (perGroup !== 1) site.change({ inputs: [site.node.inputs[0], repeat(1), repeat(2)] });
  const code = dtypeCodeOf(site.dtype(0) ?? "float32");
  if (code !== undefined && code !== 1) site.change({ attrs: { stash_type: attr.int(code) } });
}
