import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { PortInfo } from "@pare/pass";
import { bufferCollector, isDType } from "@pare/tensor";
import type * as ort from "onnxruntime-node";
import { type HeldValues, heldFeeds, heldOutputs, moveOn } from "./held.ts";
import { foldAll, type Observed, pack } from "./observe/observed.ts";
import { parseTrace } from "./profile.ts";
import type { OpenOptions, Reply, Request, TensorHeader } from "./protocol.ts";
import { serveArrivals } from "./serve-arrivals.ts";
import { canCross, feedOf, outputBytes } from "./tensors.ts";

type Runtime = (typeof ort)["default"];
type Feeds = Readonly<Record<string, ort.Tensor>>;

interface HostSession {
  readonly session: ort.InferenceSession;
  /** What the runtime writes beside the session. The profile's name gets the time of day appended. */
  readonly files: { readonly profilePrefix: string; readonly optimizedModel: string };
  observed: Observed;
  readonly held: HeldValues;
  /** What the last observed run gave: the next one with feeds of the same shapes writes there. */
  given: Given | undefined;
  /** Until the runtime refuses to write there. */
  reuses: boolean;
}

interface Given {
  /** Of what was fed, and what was asked for. */
  readonly shapes: string;
  readonly results: Results;
}

type Results = Readonly<Record<string, ort.Tensor>>;

export interface Answer {
  readonly reply: Reply;
  readonly parts?: readonly Uint8Array[];
}

/** What the runtime process holds: sessions and kept inputs, by the numbers that the command gave them. */
export interface HostState {
  readonly runtime: Runtime;
  /** A folder of this process alone; the command removes it. */
  readonly scratch: string;
  readonly sessions: Map<number, HostSession>;
  readonly feeds: Map<number, Feeds>;
}

export async function answer(
  state: HostState,
  request: Request,
  parts: readonly Uint8Array<ArrayBuffer>[],
): Promise<Answer> {
  switch (request.op) {
    case "open":
      return open(state, request, parts[0]);
    case "run":
      return run(state, request, parts);
    case "hold":
      return hold(state, request, parts);
    case "held":
      return giveHeld(sessionOf(state, request.session), request.inputs);
    case "observe":
      return observe(state, request, parts);
    case "observed":
      return handOver(sessionOf(state, request.session));
    case "keep":
      state.feeds.set(request.feed, feedsOf(state.runtime, request.tensors, parts));
      return { reply: { ok: true } };
    case "forget":
      for (const feed of request.feeds) state.feeds.delete(feed);
      return { reply: { ok: true } };
    case "repeat":
      return repeat(state, request);
    case "serve":
      return serve(state, request, parts[0]);
    case "profile":
      return { reply: { ok: true, profile: endProfile(state, request.session) } };
    case "optimized-model":
      return { reply: { ok: true }, parts: [readFileSync(sessionOf(state, request.session).files.optimizedModel)] };
    case "close":
      await state.sessions.get(request.session)?.session.release();
      state.sessions.delete(request.session);
      return { reply: { ok: true } };
  }
}

function sessionOf(state: HostState, id: number): HostSession {
  const session = state.sessions.get(id);
  if (session === undefined) throw new Error(`session ${id} is not open`);
  return session;
}

async function open(
  state: HostState,
  { session: id, path, options }: Request & { op: "open" },
  bytes: Uint8Array | undefined,
): Promise<Answer> {
  const files = {
    profilePrefix: `profile-${id}`,
    optimizedModel: join(state.scratch, `optimized-${id}.onnx`),
  };
  const config = sessionConfig(options, files, state.scratch);
  const { InferenceSession } = state.runtime;
  const session = await (path !== undefined
    ? InferenceSession.create(path, config)
    : InferenceSession.create(bytes ?? new Uint8Array(0), config));
  state.sessions.set(id, { session, files, observed: new Map(), held: new Map(), given: undefined, reuses: true });
  return {
    reply: { ok: true, inputs: session.inputMetadata.map(portOf), outputs: session.outputMetadata.map(portOf) },
  };
}

/** Between operators that follow each other a thread waits for less; between two runs for more. */
const spunUs = 100;

function sessionConfig(
  options: OpenOptions,
  files: HostSession["files"],
  scratch: string,
): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [options.device],
    graphOptimizationLevel: options.optimize,
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    ...(options.waiting === "sleep" && { extra: { session: { intra_op: { spin_duration_us: `${spunUs}` } } } }),
    ...(options.profile && { enableProfiling: true, profileFilePrefix: join(scratch, files.profilePrefix) }),
    ...(options.optimizedModel && { optimizedModelFilePath: files.optimizedModel }),
  };
}

function portOf(port: ort.InferenceSession.ValueMetadata): PortInfo {
  if (!port.isTensor) return { name: port.name, dtype: "non-tensor", shape: [] };
  return { name: port.name, dtype: port.type, shape: port.shape.map((dim) => (dim === "" ? -1 : dim)) };
}

async function run(
  state: HostState,
  request: Request & { op: "run" },
  parts: readonly Uint8Array<ArrayBuffer>[],
): Promise<Answer> {
  const { session, held } = sessionOf(state, request.session);
  const feeds = { ...heldFeeds(held), ...feedsOf(state.runtime, request.tensors, parts) };
  const results = await session.run(feeds, [...new Set([...request.fetch, ...heldOutputs(held)])]);
  const answered = crossing(request.fetch.map((name) => [name, results[name]!]));
  moveOn(held, results);
  return answered;
}

/** Tensors as they are sent back. */
function crossing(tensors: readonly (readonly [string, ort.Tensor])[]): Answer {
  return {
    reply: { ok: true, tensors: tensors.map(([name, tensor]) => headerOf(name, tensor)) },
    parts: tensors.map(([, tensor]) => outputBytes(tensor)),
  };
}

function hold(
  state: HostState,
  { session, links, tensors }: Request & { op: "hold" },
  parts: readonly Uint8Array<ArrayBuffer>[],
): Answer {
  const { held } = sessionOf(state, session);
  const values = feedsOf(state.runtime, tensors, parts);
  for (const { input, from } of links) held.set(input, { tensor: values[input]!, from });
  return { reply: { ok: true } };
}

function giveHeld({ held }: HostSession, inputs: readonly string[]): Answer {
  return crossing(inputs.map((input) => [input, held.get(input)!.tensor]));
}

async function observe(
  state: HostState,
  request: Request & { op: "observe" },
  parts: readonly Uint8Array<ArrayBuffer>[],
): Promise<Answer> {
  const own = sessionOf(state, request.session);
  const feeds = { ...heldFeeds(own.held), ...feedsOf(state.runtime, request.tensors, parts) };
  const fetch = request.observations.map(({ value }) => value).filter((value) => !Object.hasOwn(feeds, value));
  const results = fetch.length === 0 ? {} : await runReusing(own, feeds, fetch);
  foldAll(own.observed, request, (value) => feeds[value] ?? results[value]!);
  return { reply: { ok: true } };
}

/** From this many bytes on, clearing new memory takes longer than handing over the old. */
const reusedBytes = 64 * 1024;

/**
 * The binding gives outputs new memory in every run, which for many large ones takes longer than the model: where feeds
 * have the shapes of the run before, its large results are written over. A shape that depends on more than that makes
 * the runtime refuse: outputs are new again, from then on.
 */
async function runReusing(own: HostSession, feeds: Feeds, fetch: readonly string[]): Promise<Results> {
  const { session, given } = own;
  own.given = undefined;
  const shapes = `${fetch.join()} ${Object.entries(feeds).map(([name, { type, dims }]) => `${name} ${type} ${dims}`)}`;
  const isLike = own.reuses && given?.shapes === shapes;
  const places = fetch.map((name) => [name, isLike ? largeOnly(given.results[name]!) : null] as const);
  const isReusing = places.some(([, tensor]) => tensor !== null);
  const again = isReusing ? await session.run(feeds, Object.fromEntries(places)).catch(() => undefined) : undefined;
  own.reuses &&= !isReusing || again !== undefined;
  if (given !== undefined && again === undefined) letGo(totalBytes(given.results));
  const results = again ?? (await session.run(feeds, [...fetch]));
  own.given = { shapes, results };
  return results;
}

const letGo = bufferCollector();

const largeOnly = (tensor: ort.Tensor) => (bytesOf(tensor) >= reusedBytes ? tensor : null);

const bytesOf = ({ data }: ort.Tensor) => (ArrayBuffer.isView(data) ? data.byteLength : 0);

const totalBytes = (results: Results) => Object.values(results).reduce((sum, tensor) => sum + bytesOf(tensor), 0);

function handOver(session: HostSession): Answer {
  const { headers, parts } = pack(session.observed);
  session.observed = new Map();
  return { reply: { ok: true, observed: headers }, parts };
}

function headerOf(name: string, { type, dims }: ort.Tensor): TensorHeader {
  if (!isDType(type) || !canCross(type)) throw new Error(`output ${name} has element type ${type}`);
  return { name, dtype: type, shape: dims };
}

function feedsOf(runtime: Runtime, headers: readonly TensorHeader[], parts: readonly Uint8Array<ArrayBuffer>[]): Feeds {
  return Object.fromEntries(headers.map((header, i) => [header.name, feedOf(runtime.Tensor, header, parts[i]!)]));
}

/** `session.run` as a caller in this process would see it: the binding hands over once to the event loop, some 2 µs. */
async function repeat(state: HostState, { turns, runs }: Request & { op: "repeat" }): Promise<Answer> {
  const durationsUs = new Float64Array(turns.length * runs);
  let at = 0;
  for (const turn of turns) {
    const { session, held } = sessionOf(state, turn.session);
    const feeds = { ...heldFeeds(held), ...state.feeds.get(turn.feed) };
    for (let i = 0; i < runs; i++) {
      const start = performance.now();
      await session.run(feeds);
      durationsUs[at++] = (performance.now() - start) * 1000;
    }
  }
  return { reply: { ok: true }, parts: [new Uint8Array(durationsUs.buffer)] };
}

/** See `serve-arrivals.ts`. */
async function serve(
  state: HostState,
  { turn, clockUs, queue, settlingRuns }: Request & { op: "serve" },
  part: Uint8Array<ArrayBuffer> | undefined,
): Promise<Answer> {
  const { session, held } = sessionOf(state, turn.session);
  const feeds = { ...heldFeeds(held), ...state.feeds.get(turn.feed) };
  for (let i = 0; i < settlingRuns; i++) await session.run(feeds);
  const arrivalsUs = new Float64Array(Uint8Array.from(part ?? []).buffer);
  const served = await serveArrivals(async () => void (await session.run(feeds)), arrivalsUs, { clockUs, queue });
  return { reply: { ok: true }, parts: [new Uint8Array(served.buffer)] };
}

function endProfile(state: HostState, id: number) {
  const { session, files } = sessionOf(state, id);
  session.endProfiling();
  const name = readdirSync(state.scratch).find((file) => file.startsWith(`${files.profilePrefix}_`));
  if (name === undefined) throw new Error("the runtime wrote no profile");
  const path = join(state.scratch, name);
  const profile = parseTrace(readFileSync(path, "utf8"));
  rmSync(path);
  return profile;
}
