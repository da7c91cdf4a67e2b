import type { Site } from "../site.ts";

/**
 * Add, Mul, And, Less … 7: the second input was laid over the axes of the first from `axis` on; now shapes are aligned
 * at the end. [C] over axis 1 of [N, C, H, W] becomes [C, 1, 1].
 */
export function alignAtTheEnd(site: Site): void {
  const isLaid = (site.int("broadcast") ?? 0) !== 0;
  const axis = site.int("axis");
  const inputs = [...site.node.inputs];
  if (isLaid && axis !== undefined) inputs[1] = withAxesBehind(site, (rank, own) => rank - axis - own);
  const names = ["axis", "broadcast"].filter((name) => site.node.attrs.has(name));
  if (names.length > 0) site.change({ inputs, attrs: Object.fromEntries(names.map((name) => [name, undefined])) });
}

/** PRelu 7: a vector of slopes was one for every channel (axis 1); now it is aligned at the end. */
export function slopePerChannel(site: Site): void {
  const slope = site.shape(1);
  if (slope?.length === 1 && slope[0] === 1) return;
  if (slope !== undefined && slope.length !== 1) return;
  const [data] = site.node.inputs;
  const aligned = withAxesBehind(site, (rank) => Math.max(0, rank - 2));
  if (aligned !== site.node.inputs[1] || site.changed) site.change({ inputs: [data, aligned] });
}

function withAxesBehind(site: Site, count: (rank: number, own: number) => number) {
  const [data, second] = [site.shape(0), site.shape(1)];
  if (data === undefined || second === undefined) throw site.refused("the ranks of its inputs are unknown");
  const behind = count(data.length, second.length);
  if (behind < 0) throw site.refused("its second input has more axes than it is laid over");
  if (behind === 0 || second.every((dim) => dim === 1)) return site.node.inputs[1];
  const kept = second.map(() => 0);
  return site.reshaped(1, [...kept, ...new Array<number>(behind).fill(1)]);
}
