import { rankGroups } from "../sensitivity/rank-groups.ts";
import type { Candidate } from "./candidate.ts";
import { accuracyOf } from "./candidate.ts";
import { attempt, type Search } from "./search.ts";

/** Groups that go back to float at once: first a few, then twice as many each time. */
const firstStep = 1;
/** More rounds than this would put most of a model back. */
const mostRounds = 7;

/**
 * Puts the groups that move the outputs most back to float, twice as many each time, until the drop holds. The ranking is
 * made on calibration samples, the drop on validation samples.
 */
export async function holdDrop(state: Search, start: Candidate): Promise<void> {
  const { model, target, tools, options } = state;
  if (start.plan.scheme !== "static" || tools.data === undefined || state.isOver()) return;
  if (accuracyOf(start, options.maxDrop) !== "lost") return;
  const { float, calibrate } = start.plan;
  const data = tools.data;
  const kept = new Set(float);
  const { ranked } = await rankGroups(
    model,
    target,
    { calibrate },
    { ...tools, data },
    { budgetMs: options.maxTimeMs / 5 },
  );
  const order = ranked.map(({ nodes }) => nodes.filter((node) => !kept.has(node))).filter((nodes) => nodes.length > 0);
  for (let round = 0, count = firstStep; round < mostRounds && count < order.length; round++, count *= 2) {
    const back = order.slice(0, count).flat();
    const label = `${start.label}, ${back.length} sensitive nodes in float`;
    const candidate = await attempt(state, label, { ...start.plan, float: [...float, ...back] });
    if (candidate === undefined || accuracyOf(candidate, options.maxDrop) !== "lost") return;
  }
}
