import type { Device, Profile, SessionOptions, Tensors } from "@pare/pass";
import type { ModelProfile, NodeTime, ProviderTime } from "@pare/report";
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
  { engine, signal }: Pick<World, "engine" | "signal">,
): Promise<ModelProfile> {
  await using session = await engine.open({ path }, { ...options, profile: true, signal });
  for (let i = 0; i < settlingRuns; i++) await session.run(inputs, { signal });
  const began = performance.now();
  for (let i = 0; i < maxRuns && (i === 0 || performance.now() - began < budgetMs); i++)
    await session.run(inputs, { signal });
  return summarise(await session.profile(), options.device);
}

/** Means over the runs after the first few, which still settle. @param device what the session was opened on */
export function summarise({ runs, events }: Profile, device: Device = "cpu"): ModelProfile {
  const durations = new Map<string, { readonly node: NodeTime; readonly us: number[] }>();
  for (const { node, op, provider, durationUs, index } of events) {
    // What is inside counts by itself.
    if (controlFlow.has(op)) continue;
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
  const copies = nodes.filter(isTransfer);
  const onCpu = nodes.filter((node) => node.provider === cpuProvider && !isTransfer(node));
  return {
    ...{ runs: counted, totalMs: totalOf(nodes), nodes: nodes.slice(0, kept), nodeCount: nodes.length },
    providers: providerTimes(nodes),
    ...(copies.length > 0 && { transfers: { count: copies.length, ms: totalOf(copies) } }),
    ...(device !== "cpu" && { fallbacks: onCpu.slice(0, kept) }),
  };
}

const controlFlow = new Set(["If", "Loop", "Scan"]);
const cpuProvider = "CPUExecutionProvider";

/** The runtime's own nodes between those of two devices. */
function isTransfer({ op }: NodeTime): boolean {
  return op.startsWith("Memcpy");
}

function totalOf(nodes: readonly NodeTime[]): number {
  return nodes.reduce((sum, { ms }) => sum + ms, 0);
}

function providerTimes(nodes: readonly NodeTime[]): readonly ProviderTime[] {
  const names = [...new Set(nodes.map(({ provider }) => provider))];
  const times = names.map((provider) => {
    const own = nodes.filter((node) => node.provider === provider);
    return { provider, nodes: own.length, ms: totalOf(own) };
  });
  return times.sort((a, b) => b.ms - a.ms);
}
