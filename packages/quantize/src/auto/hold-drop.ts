import { type GroupRanking, rankGroups } from "../sensitivity/rank-groups.ts";
import { attempt, type Search } from "./attempt.ts";
import { accuracyOf, type Candidate } from "./candidate.ts";
import { withHistograms } from "./histograms.ts";
import type { StaticPlan } from "./plan.ts";

/** Groups that go back to float at once: first a few, then twice as many each time. */
const firstStep = 1;
/** More rounds than this would put most of a model back. */
const mostRounds = 7;

/** Where the drop holds, the ranking is for the report alone and may take less: ms. */
const reportedMs = 10_000;

/**
 * Puts the groups that move the outputs most back to float, twice as many each time, until the drop holds. The ranking is
 * made on calibration samples, the drop on validation samples. Gives the ranking, which is also made where the drop holds.
 */
export async function holdDrop(state: Search, start: Candidate): Promise<GroupRanking | undefined> {
  const { model, target, tools, options, clock } = state;
  if (start.plan.scheme !== "static" || tools.data === undefined) return undefined;
  const isLost = accuracyOf(start, options.maxDrop) === "lost";
  const { calibrate } = start.plan;
  const budgetMs = Math.min(options.maxTimeMs / 5, clock.leftMs() / 2, isLost ? Number.POSITIVE_INFINITY : reportedMs);
  const ranking = await clock.during("ranking groups", leastRankedMs(state), tools, async ({ data, ...limited }) => {
    const observing = { ...limited, data: withHistograms(data!) };
    return await rankGroups(model, target, { calibrate }, observing, { budgetMs });
  });
  if (isLost && ranking !== undefined) await putBack(state, start, start.plan, ranking);
  return ranking;
}

/** On so many samples at least the float model, everything quantized, and two halves of it are run. */
const rankedSamples = 8;

const leastRankedMs = ({ runMs = 0 }: Search) => 6 * rankedSamples * runMs;

async function putBack(state: Search, start: Candidate, plan: StaticPlan, { ranked }: GroupRanking): Promise<void> {
  const { float } = plan;
  const kept = new Set(float);
  const order = ranked.map(({ nodes }) => nodes.filter((node) => !kept.has(node))).filter((nodes) => nodes.length > 0);
  for (let round = 0, count = firstStep; round < mostRounds && count < order.length; round++, count *= 2) {
    const back = order.slice(0, count).flat();
    const label = `${start.label}, ${back.length} sensitive nodes in float`;
    const candidate = await attempt(state, label, { ...plan, float: [...float, ...back] });
    if (candidate === undefined || accuracyOf(candidate, state.options.maxDrop) !== "lost") return;
    state.models.delete(candidate);
  }
}
