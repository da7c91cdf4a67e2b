import { rmSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { PartPool, readFrameSync, writeFrameSync } from "./frames.ts";
import { type Answer, answer, type HostState } from "./host-sessions.ts";
import { PartFileReader } from "./part-files.ts";
import { channelFd, lifelineFd, type Refusal, type Reply, type Request, type RuntimeInfo } from "./protocol.ts";

/**
 * The entry of the process that holds the sessions. `argv[2]` is its scratch folder, `argv[3]` may be "warm".
 *
 * It reads requests from a descriptor that blocks, one after another: it has nothing else to do, and that is the
 * shortest way. It must not outlive the command, even while the runtime computes and this thread hears nothing: a second
 * thread waits for the lifeline to close.
 */
const scratch = process.argv[2]!;

function leave(): never {
  rmSync(scratch, { recursive: true, force: true });
  // Not `exit`: that would run the runtime's destructors, for seconds or into a crash.
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable: the process has been killed");
}

function watchLifeline(): void {
  const source = `
    const { Socket } = require("node:net");
    const { rmSync } = require("node:fs");
    const leave = () => {
      rmSync(${JSON.stringify(scratch)}, { recursive: true, force: true });
      process.kill(process.pid, "SIGKILL");
    };
    new Socket({ fd: ${lifelineFd}, readable: true, writable: false }).on("error", leave).on("close", leave).resume();
  `;
  new Worker(source, { eval: true });
}

/** Ctrl-C reaches every process of the terminal; what it means is the command's decision. */
function leaveSignalsToTheCommand(): void {
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
}

/**
 * Where Node has a Float16Array the binding insists on it and then takes it for empty (onnxruntime-node 1.30 on Node 24);
 * where Node has none, halves are a Uint16Array, which works. So there is none.
 */
function hideFloat16Array(): void {
  Reflect.deleteProperty(globalThis, "Float16Array");
}

async function loadRuntime(): Promise<HostState | Refusal> {
  try {
    const { default: runtime } = await import("onnxruntime-node");
    runtime.env.logLevel = "error";
    return { runtime, scratch, sessions: new Map(), feeds: new Map() };
  } catch (error) {
    return {
      ok: false,
      message: textOf(error),
      ...(error instanceof Error && "code" in error && { code: `${error.code}` }),
    };
  }
}

/** y = Identity(x), float32[1]. */
const smallest = "CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBZ1oPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEA0=";

/** The first session of a process takes longest: what it sets up is there when one is asked for. */
async function warmUp(runtime: HostState["runtime"]): Promise<void> {
  const session = await runtime.InferenceSession.create(Buffer.from(smallest, "base64"), { intraOpNumThreads: 1 });
  await session.release();
}

function infoOf(runtime: HostState["runtime"]): RuntimeInfo {
  const { versions } = runtime.env;
  return {
    version: versions.node ?? versions.common,
    backends: runtime.listSupportedBackends().map(({ name }) => name),
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function serve(state: HostState): Promise<never> {
  const pool = new PartPool();
  const files = new PartFileReader(scratch);
  for (;;) {
    const frame = readFrameSync<Request>(channelFd, pool, files);
    if (frame === undefined) return leave();
    const { reply, parts }: Answer = await answer(state, frame.header, frame.parts).catch((error: unknown) => ({
      reply: { ok: false, message: textOf(error) },
    }));
    writeFrameSync(channelFd, reply, parts);
    // Only these are done with their inputs by now.
    pool.giveBack(frame.header.op === "run" || frame.header.op === "observe" ? frame.parts : []);
  }
}

leaveSignalsToTheCommand();
hideFloat16Array();
watchLifeline();
const loaded = await loadRuntime();
if ("ok" in loaded) writeFrameSync(channelFd, loaded);
else {
  if (process.argv[3] === "warm") await warmUp(loaded.runtime).catch(() => {});
  writeFrameSync(channelFd, { ok: true, runtime: infoOf(loaded.runtime) } satisfies Reply);
  await serve(loaded).catch(leave);
}
