import type { Site } from "../site.ts";

/** GroupNormalization 21: scale and bias went from one a group [G] to one a channel [C]: each is repeated C/G times. */
export function parametersPerChannel(site: Site): void {
  const channels = site.shape(0)?.[1];
  const groups = site.int("num_groups");
  if (typeof channels !== "number" || groups === undefined)
    throw site.refused("its scale has to be repeated for every channel, and their number is unknown");
  const perGroup = channels / groups;
  const groupOfChannel = Array.from({ length: channels }, (_, channel) => Math.floor(channel / perGroup));
  const repeat = (input: number) =>
    site.before("Gather", [site.node.inputs[input], site.int64s("group_of_channel", groupOfChannel)]);
  const parameters = perGroup === 1 ? site.node.inputs.slice(1) : [repeat(1), repeat(2)];
  if (perGroup !== 1) site.change({ inputs: [site.node.inputs[0], ...parameters] });
}
