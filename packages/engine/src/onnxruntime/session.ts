import type { Held, Observation, PortInfo, Profile, Session, SessionOptions, Statistics, Tensors } from "@pare/pass";
import { makeTensor } from "@pare/tensor";
import { closedError, notProfiledError } from "./errors.ts";
import { checkFetch, checkHeldNames, checkInputs, checkState, tensorBody } from "./feeds.ts";
import type { Frame } from "./frames.ts";
import type { Body, HostProcess } from "./host-process.ts";
import { unpack } from "./observe/observed.ts";
import type { Reply, Request, TensorHeader } from "./protocol.ts";
import { runError } from "./refusals.ts";

export interface SessionSpec {
  readonly id: number;
  /** The model's name, for errors. */
  readonly name: string;
  readonly timeoutMs: number;
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  readonly options: SessionOptions;
}

/** A session in the runtime's process. */
export class OrtSession implements Session {
  readonly host: HostProcess;
  readonly spec: SessionSpec;
  #closed = false;
  #profile: Promise<Profile> | undefined;
  /** Held inputs with the output that each takes. */
  readonly #held = new Map<string, string | undefined>();

  constructor(host: HostProcess, spec: SessionSpec) {
    this.host = host;
    this.spec = spec;
  }

  get inputs(): readonly PortInfo[] {
    return this.spec.inputs;
  }

  get outputs(): readonly PortInfo[] {
    return this.spec.outputs;
  }

  async run(
    inputs: Tensors,
    options: { readonly fetch?: readonly string[]; readonly signal?: AbortSignal } = {},
  ): Promise<Tensors> {
    const { id, name } = this.spec;
    const fetch = checkFetch(options.fetch ?? this.#freeOutputs(), this.outputs, name);
    const { tensors, body } = tensorBody(this.checkInputs(inputs));
    const { header, parts } = await this.ask(
      { op: "run", session: id, fetch, tensors },
      `running ${name}`,
      options.signal,
      body,
    );
    if (!header.ok) throw runError(header.message, name);
    return tensorsOf(header.tensors, parts);
  }

  /** The inputs of a run in the session's order, without what is held. @throws ENGINE_INPUT */
  checkInputs(inputs: Tensors): ReturnType<typeof checkInputs> {
    return checkInputs(inputs, this.inputs, this.spec.name, this.#held);
  }

  #freeOutputs(): readonly string[] | undefined {
    if (this.#held.size === 0) return undefined;
    const taken = new Set(this.#held.values());
    return this.outputs.map(({ name }) => name).filter((name) => !taken.has(name));
  }

  async hold(state: readonly Held[]): Promise<void> {
    const { id, name } = this.spec;
    checkState(state, this.inputs, this.outputs, name);
    const links = state.map(({ input, from }) => ({ input, from }));
    const { tensors, body } = tensorBody(state.map(({ input, initial }) => [input, initial]));
    const request = { op: "hold", session: id, links, tensors } as const;
    const { header } = await this.ask(request, `holding state of ${name}`, undefined, body);
    if (!header.ok) throw runError(header.message, name);
    for (const { input, from } of state) this.#held.set(input, from);
  }

  async held(names: readonly string[] = [...this.#held.keys()]): Promise<Tensors> {
    const { id, name } = this.spec;
    const inputs = checkHeldNames(names, [...this.#held.keys()], name);
    const request = { op: "held", session: id, inputs } as const;
    const { header, parts } = await this.ask(request, `reading state of ${name}`);
    if (!header.ok) throw runError(header.message, name);
    return tensorsOf(header.tensors, parts);
  }

  async observe(
    inputs: Tensors,
    observations: readonly Observation[],
    options: { readonly batch: number; readonly count?: number; readonly signal?: AbortSignal },
  ): Promise<void> {
    const { id, name } = this.spec;
    const { batch, count = batch, signal } = options;
    const names = observations.map(({ value }) => value);
    checkFetch(names, [...this.outputs, ...this.inputs], name);
    const { tensors, body } = tensorBody(this.checkInputs(inputs));
    const request = { op: "observe", session: id, tensors, observations, batch, count } as const;
    const { header } = await this.ask(request, `observing ${name}`, signal, body);
    if (!header.ok) throw runError(header.message, name);
  }

  async observed(): Promise<ReadonlyMap<string, Statistics>> {
    const { id, name } = this.spec;
    const { header, parts } = await this.ask({ op: "observed", session: id }, `observing ${name}`);
    if (!header.ok) throw runError(header.message, name);
    return unpack(header.observed ?? [], parts);
  }

  async profile(): Promise<Profile> {
    if (this.spec.options.profile !== true) throw notProfiledError(this.spec.name, "profile");
    this.#profile ??= this.#endProfile();
    return this.#profile;
  }

  async #endProfile(): Promise<Profile> {
    const { header } = await this.ask({ op: "profile", session: this.spec.id }, `profiling ${this.spec.name}`);
    if (!header.ok) throw runError(header.message, this.spec.name);
    return header.profile ?? { runs: 0, events: [] };
  }

  async optimizedModel(): Promise<Uint8Array> {
    const { id, name, options } = this.spec;
    if (options.optimizedModel !== true) throw notProfiledError(name, "optimizedModel");
    const { header, parts } = await this.ask({ op: "optimized-model", session: id }, `reading the optimized ${name}`);
    if (!header.ok) throw runError(header.message, name);
    return parts[0]!;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    if (!this.host.isAlive) return;
    const { id, name, timeoutMs } = this.spec;
    // That the process has died meanwhile is as good.
    await this.host.request({ op: "close", session: id }, { doing: `closing ${name}`, timeoutMs }).catch(() => {});
  }

  /** One request about this session. @throws ENGINE_CLOSED after it was closed */
  async ask(request: Request, doing: string, signal?: AbortSignal, body?: Body): Promise<Frame<Reply>> {
    const { name, timeoutMs } = this.spec;
    if (this.#closed) throw closedError(name);
    return this.host.request(request, { doing, timeoutMs, signal }, body);
  }
}

function tensorsOf(headers: readonly TensorHeader[] = [], parts: readonly Uint8Array[]): Tensors {
  return new Map(headers.map(({ name, dtype, shape }, i) => [name, makeTensor(dtype, shape, parts[i]!)]));
}
