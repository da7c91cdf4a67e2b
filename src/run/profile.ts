import type { Profile, SessionOptions, Tensors } from "@pare/pass";
import type { ModelProfile, NodeTime } from "@pare/report";
import type { World } from "./tools.ts";

export interface Profiles {
  readonly original: ModelProfile;
  readonly result: ModelProfile;
}

const settlingRuns = 3;
const budgetMs = 700;
const maxRuns = 100;
const kept = 60;

/** Where the time of a run goes, from the runtime's own trace of a few runs. */
export async function profileModel(
  path: string,
  inputs: Tensors,
  options: SessionOptions,
  { engine, signal }: World,
): Promise<ModelProfile> {
  await using session = await engine.open({ path }, { ...options, profile: true, signal });
  for (let i = 0; i < settlingRuns; i++) await session.run(inputs, { signal });
  const began = performance.now();
  for (let i = 0; i < maxRuns && (i === 0 || performance.now() - began < budgetMs); i++)
    await session.run(inputs, { signal });
  return summarise(await session.profile());
}

/** Means over the runs after the first few, which still settle. */
export function summarise({ runs, events }: Profile): ModelProfile {
  const durations = new Map<string, { readonly node: NodeTime; readonly us: number[] }>();
  for (const { node, op, provider, durationUs, index } of events) {
    // Subgraphs count their nodes by themselves.
    const key = `${index} ${node}`;
    const known = durations.get(key);
    if (known === undefined) durations.set(key, { node: { node, op, provider, ms: 0 }, us: [durationUs] });
    else known.us.push(durationUs);
  }
  const counted = Math.max(1, runs - settlingRuns);
  const nodes = [...durations.values()].map(({ node, us }) => {
    const skipped = runs > settlingRuns ? Math.round((us.length / runs) * settlingRuns) : 0;
    const total = us.slice(skipped).reduce((sum, one) => sum + one, 0);
    return { ...node, ms: total / counted / 1000 };
  });
  nodes.sort((a, b) => b.ms - a.ms);
  return { runs: counted, totalMs: nodes.reduce((sum, { ms }) => sum + ms, 0), nodes: nodes.slice(0, kept) };
}
