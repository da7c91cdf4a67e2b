import type { ArrivalPlan, ArrivalTiming, Tensors, Timing, TimingOptions, TimingPlan } from "@pare/pass";
import { blockOrders } from "./block-orders.ts";
import { tensorBody } from "./feeds.ts";
import type { Frame } from "./frames.ts";
import type { Body, HostProcess } from "./host-process.ts";
import type { Reply, Request, Turn } from "./protocol.ts";
import { runError } from "./refusals.ts";
import type { OrtSession } from "./session.ts";

/** A session of this engine, with what it is given. */
export interface OwnSession {
  readonly session: OrtSession;
  readonly inputs: Tensors;
}

/** Names kept inputs, in whichever process. */
let feeds = 0;

/**
 * Times sessions of one process in blocks. The inputs cross once; a block is one message, so progress, time limit and
 * signal are looked at between blocks and nothing is sent while one runs. A run's time is that of `session.run` as seen
 * in the runtime's process: some 2 µs of it are the binding's hand-over to the event loop.
 */
export async function timeSessions(
  host: HostProcess,
  timed: readonly OwnSession[],
  plan: TimingPlan,
  options: TimingOptions = {},
): Promise<Timing> {
  return withTurns(host, timed, options.signal, async (turns, ask) => {
    for (const turn of turns) await ask({ op: "repeat", turns: [turn], runs: plan.warmupRuns });
    return { durationsUs: await timeBlocks(turns, plan, ask, options.progress) };
  });
}

/** Requests by a schedule. A turn is one message; the schedule crosses with it and is waited for over there. */
export async function serveSessions(
  host: HostProcess,
  timed: readonly OwnSession[],
  plan: ArrivalPlan,
  options: TimingOptions = {},
): Promise<ArrivalTiming> {
  return withTurns(host, timed, options.signal, async (turns, ask) => {
    const { arrivalsUs, queue, settlingRuns, seed } = plan;
    const rounds = arrivalsUs[0]?.length ?? 0;
    const clocksUs = turns.map(() => 0);
    const latenciesUs = turns.map((): Float64Array[] => []);
    for (const [round, order] of blockOrders(turns.length, rounds, seed).entries()) {
      for (const i of order) {
        const request = { op: "serve", turn: turns[i]!, clockUs: clocksUs[i]!, queue, settlingRuns } as const;
        const { parts } = await ask(request, scheduleBody(arrivalsUs[i]!, round));
        const served = new Float64Array(parts[0]!.slice().buffer);
        latenciesUs[i]!.push(served.slice(0, -1));
        clocksUs[i] = served.at(-1)!;
      }
      options.progress?.(round + 1, rounds);
    }
    return { latenciesUs };
  });
}

/** A round's arrivals and the first one after them. */
function scheduleBody(rounds: readonly Float64Array[], round: number): Body {
  const next = rounds.slice(round + 1).find((later) => later.length > 0)?.[0] ?? Number.POSITIVE_INFINITY;
  const bytes = new Uint8Array(Float64Array.of(...rounds[round]!, next).buffer);
  return { sizes: [bytes.length], chunks: [bytes] };
}

/** Hands over the inputs, once, and takes them back. */
async function withTurns<Result>(
  host: HostProcess,
  timed: readonly OwnSession[],
  signal: AbortSignal | undefined,
  work: (turns: readonly Turn[], ask: Ask) => Promise<Result>,
): Promise<Result> {
  const kept: number[] = [];
  const timeoutMs = Math.max(1, ...timed.map(({ session }) => session.spec.timeoutMs));
  const ask = asker(host, timed, timeoutMs, signal);
  try {
    const turns: Turn[] = [];
    for (const { session, inputs } of timed) {
      const { tensors, body } = tensorBody(session.checkInputs(inputs));
      const feed = ++feeds;
      kept.push(feed);
      turns.push({ session: session.spec.id, feed });
      await ask({ op: "keep", feed, tensors }, body);
    }
    return await work(turns, ask);
  } finally {
    // Also after an abort between two blocks. That the process is gone is as good.
    await host.request({ op: "forget", feeds: kept }, { doing: "timing", timeoutMs }).catch(() => {});
  }
}

type Ask = (request: Request, body?: Body) => Promise<Frame<Reply>>;

function asker(host: HostProcess, timed: readonly OwnSession[], timeoutMs: number, signal?: AbortSignal): Ask {
  const names = timed.map(({ session }) => session.spec.name).join(" and ");
  return async (request, body) => {
    const frame = await host.request(request, { doing: `timing ${names}`, timeoutMs, signal }, body);
    if (!frame.header.ok) throw runError(frame.header.message, names);
    return frame;
  };
}

async function timeBlocks(
  turns: readonly Turn[],
  { blocks, runsPerBlock, seed }: TimingPlan,
  ask: Ask,
  progress: TimingOptions["progress"],
): Promise<Float64Array[][]> {
  const durationsUs = turns.map((): Float64Array[] => []);
  for (const [done, order] of blockOrders(turns.length, blocks, seed).entries()) {
    const { parts } = await ask({ op: "repeat", turns: order.map((i) => turns[i]!), runs: runsPerBlock });
    const all = new Float64Array(parts[0]!.buffer);
    for (const [place, i] of order.entries())
      durationsUs[i]!.push(all.slice(place * runsPerBlock, (place + 1) * runsPerBlock));
    progress?.(done + 1, blocks);
  }
  return durationsUs;
}
