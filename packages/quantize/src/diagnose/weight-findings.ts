import type { Finding } from "./finding.ts";
import { saturates } from "./saturation.ts";
import type { CodedWeight } from "./weights.ts";

/** A channel whose largest code is at most this has fewer than 16 levels. */
const fewCodes = 7;

/** Weights with one scale whose channels are so unlike that some keep hardly any levels. */
export function scaleFindings(weights: readonly CodedWeight[]): readonly Finding[] {
  const coarse = weights
    .filter(({ hasOneScale }) => hasOneScale)
    .map((weight) => ({ weight, share: coarseShare(weight) }))
    .filter(({ share }) => share > 0)
    .sort((a, b) => b.share - a.share);
  if (coarse.length === 0) return [];
  const grouped = coarse.filter(({ weight }) => weight.isGrouped).length;
  const depthwise = grouped > 0 ? ` (${grouped} of them depthwise or grouped)` : "";
  return [
    {
      cause: "tensor-scale",
      text: `one scale for all channels, and channels that are left with fewer than 16 levels, in ${coarse.length} weights${depthwise}`,
      subjects: coarse.map(({ weight }) => weight.node),
      cure: { options: { granularity: "channel" } },
    },
  ];
}

function coarseShare(weight: CodedWeight): number {
  const largest = largestByChannel(weight);
  return largest.filter((code) => code > 0 && code <= fewCodes).length / Math.max(1, largest.length);
}

function largestByChannel({ codes, shape, axis }: CodedWeight): readonly number[] {
  const channels = shape[axis] ?? 1;
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const largest = new Array<number>(channels).fill(0);
  for (const [i, code] of codes().entries()) {
    const channel = Math.floor(i / inner) % channels;
    largest[channel] = Math.max(largest[channel]!, Math.abs(code));
  }
  return largest;
}

/**
 * Layers whose sums of two products can leave 16 bits on processors without VNNI, where activations are unsigned.
 * The worst that activations could be is taken: predicted, not proven.
 */
export function saturationFindings(weights: readonly CodedWeight[]): readonly Finding[] {
  const found = weights.filter(saturates);
  if (found.length === 0) return [];
  return [
    {
      cause: "saturation",
      text: `8-bit weights: sums of two products can leave 16 bits on a processor without VNNI in ${found.length} of ${weights.length} layers (predicted)`,
      subjects: found.map(({ node }) => node),
      cure: { options: { bits: 7 } },
    },
  ];
}
