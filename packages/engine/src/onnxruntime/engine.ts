import { resolve } from "node:path";
import type { Engine, Session, SessionOptions, TimedSession } from "@pare/pass";
import { allowedCpus } from "../machine/cpus.ts";
import { foreignSessionError } from "./errors.ts";
import { findHost } from "./host-path.ts";
import { type HostOptions, HostProcess } from "./host-process.ts";
import { deliver, type ModelSource } from "./model-source.ts";
import type { OpenOptions, RuntimeInfo } from "./protocol.ts";
import { openError } from "./refusals.ts";
import { OrtSession } from "./session.ts";
import { takeSpareHost } from "./spare-host.ts";
import { type OwnSession, serveSessions, timeSessions } from "./time-sessions.ts";

export interface OnnxRuntimeOptions extends Partial<HostOptions> {}

export interface OnnxRuntimeEngine extends Engine {
  open(model: ModelSource, options?: SessionOptions): Promise<Session>;
  /** Loads the runtime if need be and says which it is. */
  runtime(): Promise<RuntimeInfo>;
  /** Of the process that holds the sessions now; undefined before the first `open` and after a crash. */
  readonly processId: number | undefined;
}

const defaultTimeoutMs = 600_000;

/**
 * Runs models with ONNX Runtime in one process beside this one, started by the first `open`. When that process ends (a
 * crash, a time-out, an aborted run) its sessions are lost, and the next `open` starts another.
 */
export function createOnnxRuntimeEngine(options: OnnxRuntimeOptions = {}): OnnxRuntimeEngine {
  let host: HostProcess | undefined;
  let sessions = 0;
  const liveHost = (): HostProcess => {
    if (host?.isAlive === true) return host;
    const spare = Object.keys(options).length === 0 ? takeSpareHost() : undefined;
    host = spare?.isAlive ? spare : new HostProcess({ ...options, hostPath: options.hostPath ?? findHost() });
    return host;
  };
  return {
    name: "onnxruntime",
    get processId() {
      return host?.isAlive ? host.pid : undefined;
    },
    runtime: () => liveHost().ready(),
    open: (model, sessionOptions = {}) => openSession(liveHost(), ++sessions, model, sessionOptions),
    time: (timed, plan, timingOptions) =>
      inHost(host, timed, (live, ours) => timeSessions(live, ours, plan, timingOptions)),
    serve: (timed, plan, timingOptions) =>
      inHost(host, timed, (live, ours) => serveSessions(live, ours, plan, timingOptions)),
    async [Symbol.asyncDispose]() {
      await host?.stop();
      host = undefined;
    },
  };
}

/** @throws ENGINE_FOREIGN for a session of another process */
async function inHost<Result>(
  host: HostProcess | undefined,
  timed: readonly TimedSession[],
  work: (host: HostProcess, ours: readonly OwnSession[]) => Promise<Result>,
): Promise<Result> {
  const ours = timed.flatMap(({ session, inputs }) =>
    session instanceof OrtSession && session.host === host ? [{ session, inputs }] : [],
  );
  if (host === undefined || ours.length < timed.length) throw foreignSessionError();
  return work(host, ours);
}

async function openSession(
  host: HostProcess,
  id: number,
  model: ModelSource,
  options: SessionOptions,
): Promise<OrtSession> {
  const { timeoutMs = defaultTimeoutMs, signal } = options;
  const delivery = deliver(model, host.scratch);
  try {
    const { header } = await host.request(
      {
        op: "open",
        session: id,
        ...(delivery.path !== undefined && { path: resolve(delivery.path) }),
        options: openOptions(options),
      },
      { doing: `opening ${delivery.name}`, timeoutMs, signal },
      delivery.body,
    );
    if (!header.ok) {
      await nativeOutputArrives();
      throw openError(options.device ?? "cpu", header.message, host.nativeOutput, delivery.name);
    }
    const { inputs = [], outputs = [] } = header;
    return new OrtSession(host, { id, name: delivery.name, timeoutMs, inputs, outputs, options });
  } finally {
    delivery.done();
  }
}

/** The libraries' own messages come through another pipe: they were written before the reply, so one look is enough. */
async function nativeOutputArrives(): Promise<void> {
  for (let look = 0; look < 2; look++) await new Promise((done) => setImmediate(done));
}

const levels = { off: "disabled", basic: "basic", extended: "extended", all: "all" } as const;

function openOptions(options: SessionOptions): OpenOptions {
  return {
    device: options.device ?? "cpu",
    threads: options.threads ?? allowedCpus(),
    waiting: options.waiting ?? "spin",
    optimize: levels[options.optimize ?? "all"],
    profile: options.profile ?? false,
    optimizedModel: options.optimizedModel ?? false,
  };
}
