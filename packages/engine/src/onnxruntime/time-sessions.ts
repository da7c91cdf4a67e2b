import type { Tensors, Timing, TimingOptions, TimingPlan } from "@pare/pass";
import { blockOrders } from "./block-orders.ts";
import { checkInputs, tensorBody } from "./feeds.ts";
import type { Frame } from "./frames.ts";
import type { Body, HostProcess } from "./host-process.ts";
import type { Reply, Request, Turn } from "./protocol.ts";
import { runError } from "./refusals.ts";
import type { OrtSession } from "./session.ts";

interface Timed {
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
  timed: readonly Timed[],
  plan: TimingPlan,
  options: TimingOptions = {},
): Promise<Timing> {
  const kept: number[] = [];
  const timeoutMs = Math.max(1, ...timed.map(({ session }) => session.spec.timeoutMs));
  const ask = asker(host, timed, timeoutMs, options.signal);
  try {
    const turns: Turn[] = [];
    for (const { session, inputs } of timed) {
      const { tensors, body } = tensorBody(checkInputs(inputs, session.inputs, session.spec.name));
      const feed = ++feeds;
      kept.push(feed);
      turns.push({ session: session.spec.id, feed });
      await ask({ op: "keep", feed, tensors }, body);
    }
    for (const turn of turns) await ask({ op: "repeat", turns: [turn], runs: plan.warmupRuns });
    return { durationsUs: await timeBlocks(turns, plan, ask, options.progress) };
  } finally {
    // Also after an abort between two blocks. That the process is gone is as good.
    await host.request({ op: "forget", feeds: kept }, { doing: "timing", timeoutMs }).catch(() => {});
  }
}

type Ask = (request: Request, body?: Body) => Promise<Frame<Reply>>;

function asker(host: HostProcess, timed: readonly Timed[], timeoutMs: number, signal?: AbortSignal): Ask {
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
