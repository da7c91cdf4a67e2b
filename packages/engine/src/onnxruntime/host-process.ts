import { type ChildProcess, spawn } from "node:child_process";
import { Socket } from "node:net";
import type { PareError } from "@pare/error";
import {
  abortedError,
  crashedError,
  lostAfter,
  lostError,
  replyError,
  sendError,
  startError,
  timeoutError,
} from "./errors.ts";
import { encodeFrame, type Frame, FrameReader } from "./frames.ts";
import { runtimeMissingError } from "./install.ts";
import { NativeOutput } from "./native-output.ts";
import { PartFiles } from "./part-files.ts";
import { channelFd, lifelineFd, type Reply, type Request, type RuntimeInfo } from "./protocol.ts";
import { createScratch, type Scratch } from "./scratch.ts";

export interface HostOptions {
  /** The program; see `host-path.ts`. */
  readonly hostPath: string;
  /** Variables on top of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder for the process's scratch folder; default: the system's temporary folder. */
  readonly scratchIn?: string;
  /** Milliseconds until the runtime must have loaded; default 60 000. */
  readonly startTimeoutMs?: number;
  /** Opens a session of nothing before it is asked for one: the first takes longest. */
  readonly warm?: boolean;
}

export interface RequestOptions {
  /** What the request does, for errors: "running the model". */
  readonly doing: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** A request's parts: their lengths, and their bytes cut anywhere, read only when they are sent. */
export interface Body {
  readonly sizes: readonly number[];
  readonly chunks: Iterable<Uint8Array>;
}

const noBody: Body = { sizes: [], chunks: [] };

/** A request that was sent or is being sent. */
interface Pending {
  readonly doing: string;
  readonly timeoutMs: number;
  readonly resolve: (frame: Frame<Reply>) => void;
  readonly reject: (error: PareError) => void;
  /** Runs while nothing is before it. */
  timer?: NodeJS.Timeout;
}

const loading = "loading ONNX Runtime";

/** One that runs, and one that waits for it in the process's pipe. */
const mostPending = 2;

/**
 * One runtime process, supervised.
 *
 * 1. Requests run one at a time, in order. The next one is sent while the one before runs, so that the process finds it
 *    when it is done; a request's time starts when nothing is before it.
 * 2. A request that is aborted while it runs or takes too long ends the process: nothing else stops the runtime's native
 *    code. Aborted before, it is not sent, or its reply is let go.
 * 3. When the process ends, for whatever reason, the request under way fails with that reason and later ones with
 *    ENGINE_LOST. No promise is left open.
 * 4. An idle process does not keep this one alive; when this one ends, however it ends, the other does too.
 */
export class HostProcess {
  readonly #scratch: Scratch;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #native = new NativeOutput();
  readonly #files: PartFiles;
  readonly #greeting: Promise<RuntimeInfo>;
  readonly #gone: Promise<void>;
  /** In the order of their replies. */
  readonly #pending: Pending[] = [];
  #lastDoing = loading;
  /** Goes on when the first of them has its reply. */
  #onReply: () => void = () => {};
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  /** Why the process ended or is being ended. */
  #end: PareError | undefined;

  constructor(options: HostOptions) {
    this.#scratch = createScratch(options.scratchIn);
    this.#files = new PartFiles(this.#scratch.path, mostPending);
    this.#child = spawn(process.execPath, [options.hostPath, this.#scratch.path, ...(options.warm ? ["warm"] : [])], {
      stdio: ["ignore", "pipe", "pipe", "pipe", "pipe"],
      env: childEnvironment(this.#scratch.path, options.env),
      windowsHide: true,
    });
    this.#channel = this.#socketOf(channelFd);
    this.#socketOf(lifelineFd);
    // A broken pipe means that the process is ending: its exit says why.
    for (const stream of this.#child.stdio) stream?.on("error", () => {});
    this.#native.collect(this.#child.stdout, this.#child.stderr);
    this.#readFrames();
    this.#gone = this.#watch();
    this.#greeting = this.#greet(options.startTimeoutMs ?? 60_000);
    // Whoever asks gets the error; that nobody has asked yet is no fault.
    this.#greeting.catch(() => {});
    this.#setAlive(false);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A folder for files that are handed over; it goes when the process does. */
  get scratch(): string {
    return this.#scratch.path;
  }

  /** False as soon as nothing can be asked of it any more. */
  get isAlive(): boolean {
    return this.#end === undefined;
  }

  /** The last lines of what the native libraries printed. */
  get nativeOutput(): readonly string[] {
    return this.#native.lines;
  }

  /** The runtime's version and back ends, once it has loaded. */
  async ready(): Promise<RuntimeInfo> {
    return this.#whileAlive(() => this.#greeting);
  }

  async request(request: Request, options: RequestOptions, body: Body = noBody): Promise<Frame<Reply>> {
    const { doing, signal } = options;
    return new Promise((resolve, reject) => {
      const leaveQueue = () => reject(abortedError(doing));
      signal?.addEventListener("abort", leaveQueue);
      const turn = this.#queue.then(async () => {
        const { sent, reply } = await this.#begin(request, options, body).finally(() => {
          signal?.removeEventListener("abort", leaveQueue);
        });
        this.#whileAlive(() => reply).then(resolve, reject);
        await sent;
      });
      this.#queue = turn.catch(() => {});
      turn.catch(reject);
    });
  }

  /** Ends the process; resolves when it is gone and its scratch folder is removed. */
  async stop(reason: PareError = lostError("the engine was closed")): Promise<void> {
    this.#kill(reason);
    await this.#whileAlive(() => this.#gone);
  }

  /** Starts to send it as soon as few enough are before it. */
  async #begin(
    request: Request,
    { doing, timeoutMs, signal }: RequestOptions,
    body: Body,
  ): Promise<{ readonly sent: Promise<void>; readonly reply: Promise<Frame<Reply>> }> {
    await this.#whileAlive(async () => {
      if (signal?.aborted) throw abortedError(doing);
      if (this.#end !== undefined) throw lostAfter(this.#end);
      await this.#greeting;
      if (this.#end !== undefined) throw this.#end;
      while (this.#pending.length >= mostPending) {
        await new Promise<void>((resolve) => {
          this.#onReply = resolve;
        });
        if (signal?.aborted) throw abortedError(doing);
        if (this.#end !== undefined) throw lostAfter(this.#end);
      }
    });
    const reply = this.#nextReply(doing, timeoutMs, signal);
    return { sent: this.#send(request, body).catch((error) => this.#kill(sendError(error, doing))), reply };
  }

  async #nextReply(doing: string, timeoutMs: number, signal: AbortSignal | undefined): Promise<Frame<Reply>> {
    let onAbort: (() => void) | undefined;
    try {
      return await new Promise((resolve, reject) => {
        const pending: Pending = { doing, timeoutMs, resolve, reject };
        onAbort = () => {
          if (this.#pending[0] === pending) this.#kill(abortedError(doing));
          else reject(abortedError(doing));
        };
        signal?.addEventListener("abort", onAbort, { once: true });
        this.#pending.push(pending);
        if (this.#pending.length === 1) this.#startTimer();
      });
    } finally {
      if (onAbort) signal?.removeEventListener("abort", onAbort);
    }
  }

  /** Of the request that nothing is before. */
  #startTimer(): void {
    const [first] = this.#pending;
    if (first === undefined) return;
    const { doing, timeoutMs } = first;
    first.timer = setTimeout(() => this.#kill(timeoutError(doing, timeoutMs)), timeoutMs);
  }

  get #doing(): string {
    return this.#pending[0]?.doing ?? this.#lastDoing;
  }

  /** Waits whenever the process does not keep up, so that at most one chunk beyond the socket's own buffer is held. */
  async #send(request: Request, body: Body): Promise<void> {
    const isFiled = this.#files.suits(body.sizes);
    const header = isFiled ? { ...request, file: this.#files.write(body.chunks) } : request;
    for (const bytes of encodeFrame(header, body.sizes, isFiled ? [] : body.chunks)) {
      if (this.#end !== undefined) return;
      if (this.#channel.write(bytes)) continue;
      await Promise.race([new Promise((resolve) => this.#channel.once("drain", resolve)), this.#gone]);
    }
  }

  async #greet(timeoutMs: number): Promise<RuntimeInfo> {
    const reply = this.#nextReply(loading, timeoutMs, undefined);
    this.#pending[0]!.timer!.unref();
    const { header } = await reply;
    if (header.ok && header.runtime !== undefined) return header.runtime;
    const error = runtimeMissingError(header.ok ? { ok: false, message: "no greeting" } : header);
    this.#kill(error);
    throw error;
  }

  #readFrames(): void {
    const reader = new FrameReader<Reply>((frame) => {
      const pending = this.#pending.shift();
      if (pending === undefined) return;
      clearTimeout(pending.timer);
      this.#lastDoing = pending.doing;
      pending.resolve(frame);
      this.#startTimer();
      this.#onReply();
    });
    this.#channel.on("data", (bytes: Buffer) => {
      try {
        reader.push(bytes);
      } catch (error) {
        this.#kill(replyError(error, this.#doing));
      }
    });
  }

  /** Resolves when the process has ended and all it wrote has been read. */
  async #watch(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#child.on("error", (error) => {
        this.#end ??= startError(error.message);
        resolve();
      });
      this.#child.on("close", (code, signal) => {
        this.#end ??= crashedError(this.#doing, { code, signal, lines: this.#native.lines });
        resolve();
      });
    });
    this.#files.close();
    this.#scratch.remove();
    const [first, ...others] = this.#pending.splice(0);
    clearTimeout(first?.timer);
    first?.reject(this.#end!);
    for (const each of others) each.reject(lostAfter(this.#end!));
    this.#onReply();
  }

  #kill(reason: PareError): void {
    this.#end ??= reason;
    this.#child.kill("SIGKILL");
  }

  /** While something is awaited from it, the process and its pipes keep this one's event loop alive. */
  async #whileAlive<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting++ === 0) this.#setAlive(true);
    try {
      return await work();
    } finally {
      if (--this.#waiting === 0) this.#setAlive(false);
    }
  }

  #setAlive(alive: boolean): void {
    const change = alive ? "ref" : "unref";
    this.#child[change]();
    for (const stream of this.#child.stdio) if (stream instanceof Socket) stream[change]();
  }

  #socketOf(fd: number): Socket {
    const stream = this.#child.stdio[fd];
    if (!(stream instanceof Socket)) throw startError(`the system gave no pipe ${fd}`);
    return stream;
  }
}

/**
 * Blocks of at least so many bytes are given back to the system when they are freed (glibc; others do not read it). By
 * itself glibc learns to keep ever larger ones, and a process that opens one model after another keeps them all.
 */
const returnedBytes = 1024 * 1024;

/**
 * The runtime would keep a store of telemetry in the user's cache folder and report from it: switched off. What its
 * libraries leave in the temporary folder goes with the scratch folder. What is meant for this process's Node (a
 * debugger's port, hooks) is not meant for the other.
 */
function childEnvironment(scratch: string, changes: HostOptions["env"]): NodeJS.ProcessEnv {
  const own = {
    ORT_DISABLE_TELEMETRY: "1",
    MALLOC_MMAP_THRESHOLD_: `${returnedBytes}`,
    ...{ TMPDIR: scratch, TEMP: scratch, TMP: scratch },
  };
  const { NODE_OPTIONS, NODE_CHANNEL_FD, ...inherited } = process.env;
  return { ...inherited, ...own, ...changes };
}
