import type { Observation, PortInfo, Profile, Statistics } from "@pare/pass";
import type { DType } from "@pare/tensor";

/**
 * What the command and its runtime process say to each other. One request has one reply, in order.
 *
 * A message is a frame: the header's length in bytes (uint32, little-endian), the header as JSON, then the parts, whose
 * lengths the header gives. Tensors and model files travel as parts, byte for byte. Parts of a request that are larger
 * than a pipe and no larger than 64 MiB lie in a file instead: a process that computes does not read its pipe, and the rest
 * of a batch would wait until it is done.
 */
export interface Framed {
  /** Bytes of each part, in order. */
  readonly sizes: readonly number[];
  /** The parts are not in the message: they are, one behind another, in this file of the scratch folder. */
  readonly file?: string;
}

/** The part of a message at the same place as in the list holds its bytes. */
export interface TensorHeader {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** An input that the session itself provides; after each run it takes the value of the output `from`. */
export interface HeldLink {
  readonly input: string;
  readonly from?: string | undefined;
}

/** Everything written out: the process has no defaults of its own. */
export interface OpenOptions {
  readonly device: string;
  readonly threads: number;
  readonly waiting: "spin" | "sleep";
  readonly optimize: "disabled" | "basic" | "extended" | "all";
  readonly profile: boolean;
  readonly optimizedModel: boolean;
}

export interface Turn {
  readonly session: number;
  readonly feed: number;
}

export type Request =
  /** The model is the file at `path`, else the one part. */
  | { readonly op: "open"; readonly session: number; readonly path?: string; readonly options: OpenOptions }
  | {
      readonly op: "run";
      readonly session: number;
      readonly fetch: readonly string[];
      readonly tensors: readonly TensorHeader[];
    }
  /** Keeps values of inputs in the session. The tensors are those of the links, in their order. */
  | {
      readonly op: "hold";
      readonly session: number;
      readonly links: readonly HeldLink[];
      readonly tensors: readonly TensorHeader[];
    }
  /** Gives what is held under these inputs. */
  | { readonly op: "held"; readonly session: number; readonly inputs: readonly string[] }
  /** Runs, and folds inputs and outputs into totals that the session keeps. */
  | ({ readonly op: "observe"; readonly session: number; readonly tensors: readonly TensorHeader[] } & Watched)
  /** Hands the totals over and forgets them; see `CrossedStatistics` for the parts. */
  | { readonly op: "observed"; readonly session: number }
  /** Keeps inputs for `repeat`. */
  | { readonly op: "keep"; readonly feed: number; readonly tensors: readonly TensorHeader[] }
  | { readonly op: "forget"; readonly feeds: readonly number[] }
  /** Each turn runs its session `runs` times. The reply's part holds float64 microseconds, turn by turn. */
  | { readonly op: "repeat"; readonly turns: readonly Turn[]; readonly runs: number }
  /**
   * Runs the session once for each arrival. The part holds float64 microseconds, ascending: the arrivals, and when the
   * next one after them comes (Infinity: never). The clock starts at `clockUs`. The reply's part: the latency of each
   * (NaN: missed), then what the clock shows at the end.
   */
  | {
      readonly op: "serve";
      readonly turn: Turn;
      readonly clockUs: number;
      readonly queue: "all" | "newest";
      readonly settlingRuns: number;
    }
  | { readonly op: "profile"; readonly session: number }
  | { readonly op: "optimized-model"; readonly session: number }
  | { readonly op: "close"; readonly session: number };

/** The first reply comes unasked, when the process has loaded the runtime or could not. */
export type Reply =
  | {
      readonly ok: true;
      readonly runtime?: RuntimeInfo;
      readonly inputs?: readonly PortInfo[];
      readonly outputs?: readonly PortInfo[];
      readonly tensors?: readonly TensorHeader[];
      readonly profile?: Profile;
      readonly observed?: readonly CrossedStatistics[];
    }
  | Refusal;

export interface RuntimeInfo {
  readonly version: string;
  /** The devices that this build knows by name; whether they work is another question. */
  readonly backends: readonly string[];
}

/** `message` is the runtime's own text, `code` Node's where there is one. */
export interface Refusal {
  readonly ok: false;
  readonly message: string;
  readonly code?: string;
}

/** What is observed in one run. */
export interface Watched {
  readonly observations: readonly Observation[];
  /** Samples in the run. */
  readonly batch: number;
  /** Of them, those that count. */
  readonly count: number;
}

/** Statistics as they cross: numbers as JSON, arrays as bytes, each statistics' own list of parts behind one another. */
export interface CrossedStatistics extends Omit<Statistics, "histogram" | "channels"> {
  readonly value: string;
  /** The next part: the counts. */
  readonly histogram: { readonly width: number } | undefined;
  /** The next three parts: mean, min, max. */
  readonly channels: { readonly axis: number } | undefined;
}

/** File descriptors in the runtime process. */
export const channelFd = 3;
/** Never written to: it closes when the command ends, however it ends. */
export const lifelineFd = 4;
