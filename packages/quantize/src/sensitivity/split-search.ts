/** Some groups of a placement that were switched together. */
export interface Part {
  readonly groups: readonly number[];
  /** What switching them does: more is more important. */
  readonly effect: number;
}

/**
 * The effect of each group, in at most `runs` measurements. Where there are enough, each group is measured alone. Where
 * there are not, neighbours are measured together, and the part with the largest effect is halved until the runs are
 * spent. Gives the parts by effect, largest first; equal ones in the order of their groups.
 */
export async function splitSearch(
  groups: readonly number[],
  runs: number,
  measure: (parts: readonly (readonly number[])[]) => Promise<readonly number[]>,
): Promise<readonly Part[]> {
  const count = groups.length <= runs ? groups.length : Math.max(1, Math.floor(runs / 2));
  let parts = await measured(even(groups, count), measure);
  for (let left = runs - count; left >= 2; left -= 2) {
    const largest = parts.find(({ groups: members }) => members.length > 1);
    if (largest === undefined) break;
    const halves = await measured(even(largest.groups, 2), measure);
    parts = byEffect([...parts.filter((part) => part !== largest), ...halves]);
  }
  return parts;
}

async function measured(
  parts: readonly (readonly number[])[],
  measure: (parts: readonly (readonly number[])[]) => Promise<readonly number[]>,
): Promise<readonly Part[]> {
  const effects = await measure(parts);
  return byEffect(parts.map((groups, i) => ({ groups, effect: effects[i]! })));
}

function byEffect(parts: readonly Part[]): readonly Part[] {
  return [...parts].sort((a, b) => (a.effect === b.effect ? a.groups[0]! - b.groups[0]! : b.effect - a.effect));
}

/** `count` runs of neighbours, as long as one another to within one. */
function even(items: readonly number[], count: number): readonly (readonly number[])[] {
  const bounds = Array.from({ length: count + 1 }, (_, i) => Math.round((i * items.length) / count));
  return bounds.slice(1).map((end, i) => items.slice(bounds[i], end));
}
