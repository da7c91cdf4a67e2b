/** How fast candidates are beside the float model, measured in turns in one process, and which of them are fast for sure. */
import type { Model } from "@pare/ir";
import { modelOf, type Search } from "./attempt.ts";
import { accuracyOf, type Candidate, constantBytes, distance } from "./candidate.ts";
import type { Plan } from "./plan.ts";

const leastTimingMs = 2000;
const timingMs = 1000;
/** For the last decision, of each candidate and of the float model. */
const decidingMs = 3000;
const finalists = 3;

/**
 * Times what can be chosen against the float model: of every scheme the closest, and each that differs in its graph. Those
 * that have lost too much come last, there may be no time for them.
 */
export async function timeAll(state: Search, best: Candidate | undefined): Promise<void> {
  const { tried, models } = state;
  const closest = (scheme: Plan["scheme"], type?: "int8" | "float16") =>
    tried
      .filter(({ plan }) => plan.scheme === scheme && (plan.scheme !== "storage" || plan.type === type))
      .sort((a, b) => distance(a) - distance(b))[0];
  const mixed = tried.filter((each) => each.plan.scheme === "static" && each.plan.float.length > 0 && models.has(each));
  const stored = [closest("storage", "int8"), closest("storage", "float16")];
  const wanted = [...stored, best, ...mixed, closest("float16"), closest("dynamic")];
  const untimed = [...new Set(wanted)].filter((each) => each !== undefined).filter(({ time }) => time === undefined);
  const isLost = (each: Candidate) => Number(accuracyOf(each, state.options.maxDrop) === "lost");
  for (const group of togetherOpen(
    state,
    untimed.sort((a, b) => isLost(a) - isLost(b)),
  ))
    await timeGroup(state, group, leastTimingMs + timingMs * group.length);
}

/**
 * Times the fastest of those that are not lost once more, for longer and against each other: what looked fastest of many
 * is likely to have been lucky.
 */
export async function decide(state: Search): Promise<void> {
  const { tried, options } = state;
  const able = tried.filter((each) => each.time !== undefined && accuracyOf(each, options.maxDrop) !== "lost");
  const fastest = able.sort((a, b) => a.time!.value - b.time!.value).slice(0, finalists);
  for (const group of togetherOpen(state, fastest))
    await timeGroup(state, group, decidingMs * (group.length + 1), "once more ");
}

/** Rounds that timing takes at least: of the warm-up and of six blocks. */
const leastRounds = 10;

async function timeGroup(state: Search, group: readonly Candidate[], wantedMs: number, how = ""): Promise<void> {
  const { clock, tools, model, runMs = 0 } = state;
  if (tools.bench === undefined) return;
  const least = leastRounds * runMs * (group.length + 1);
  const what = `timing ${how}${group.map(({ label }) => label).join(" and ")}`;
  const measured = await clock.during(what, least, tools, async (limited) => {
    const models: Model[] = [model];
    for (const candidate of group) models.push(await modelOf(state, candidate, limited));
    return await limited.bench?.time(models, { budgetMs: Math.min(wantedMs, clock.leftMs() - least / 2) });
  });
  if (measured === undefined) return;
  for (const [i, candidate] of group.entries()) candidate.time = measured[i + 1]?.ratio;
}

/** Sessions that are open together hold at most so much, unless the float model and one other alone hold more. */
const openBytes = 256 * 1024 * 1024;

/** Groups whose sessions, with the float model's, fit into memory together. */
function togetherOpen({ model }: Search, candidates: readonly Candidate[]): readonly (readonly Candidate[])[] {
  const floatBytes = constantBytes(model);
  const limit = Math.max(openBytes, 2 * floatBytes);
  const groups: { candidates: Candidate[]; bytes: number }[] = [];
  for (const candidate of candidates) {
    const bytes = sessionBytes(candidate, floatBytes);
    const group = groups.find((each) => each.bytes + bytes <= limit);
    if (group === undefined) groups.push({ candidates: [candidate], bytes: floatBytes + bytes });
    else {
      group.candidates.push(candidate);
      group.bytes += bytes;
    }
  }
  return groups.map((group) => group.candidates);
}

/** What is stored as integers and computed in floats is float when it runs; of integers there are two layouts. */
function sessionBytes({ plan, bytes }: Candidate, floatBytes: number): number {
  const isFloat = plan.scheme === "storage" || plan.scheme === "float16" || plan.scheme === "float";
  return isFloat ? floatBytes : 2 * bytes;
}
