import type { Model, Node, Value } from "@pare/ir";
import type { StepNote } from "@pare/report";
import type { Tensor } from "@pare/tensor";
import type { ZodType } from "zod";
import type { TrainingTools } from "./training.ts";

/** Tensors by the name of a graph input or output. */
export type Tensors = ReadonlyMap<string, Tensor>;

/**
 * What a pass guarantees about the outputs of the model, on any input.
 * `exact`: bit-identical. `rounding`: equal up to float rounding (1e-5 relative to the output's largest value).
 * `lossy`: anything; the pass states the signal-to-noise ratio that it measured.
 */
export type Promised = "exact" | "rounding" | "lossy";

/** One thing that a pass did, or left alone on purpose, and why; the record of a run keeps it as it is. */
export type Note = StepNote;

export interface Pass<Options = unknown> {
  /** "simplify/fold-constants": family, slash, verb-noun. */
  readonly name: string;
  /** One line, imperative, for `--help`. */
  readonly summary: string;
  readonly options: ZodType<Options>;
  readonly promise: Promised;
  /**
   * For plans: changes the model as `run` would as far as that can be known without measuring (stand-ins for what only
   * data tells), and says what `run` will do. Default: `run`.
   */
  foresee?(model: Model, options: Options, tools: Tools): Promise<PassResult>;
  run(model: Model, options: Options, tools: Tools): Promise<PassResult>;
  /** Other models that the options name: paths, "builtin:<name>". `tools.model` opens them; they count in caches and locks. */
  models?(options: Options): readonly string[];
}

/** Notes where the model was changed in place; with a model where another one takes its place. */
export type PassResult = readonly Note[] | { readonly notes: readonly Note[]; readonly model: Model };

/** What a pass may ask of the world. This package owns the interface; engine and src implement it. */
export interface Tools {
  /** Loads a model once, runs it on each case, and gives all its outputs for each. */
  run(model: Model, cases: readonly Tensors[]): Promise<readonly Tensors[]>;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  readonly seed: number;
  /** Whether the recipe's `only`/`except` lets a pass touch this node's or value's neighbourhood. */
  selects(subject: Value | Node): boolean;
  /** Processor features of this machine, "AVX512_VNNI", "AVX2" …; undefined where they are not known. */
  readonly cpuFeatures?: readonly string[];
  /** What a pass may learn from and choose by; undefined where there is no data. */
  readonly data?: PassData;
  /** Measures on this machine; undefined where that was not asked for. What `choices` recalls needs no measuring. */
  readonly bench?: PassBench;
  /** What an earlier run chose by measuring, by the pass's own key: the lock file keeps it, and a replay reads it. */
  readonly choices?: Choices;
  /** The model before the first lossy step, unchanged: what accuracy is compared with. */
  readonly original?: Model;
  /** False: nothing is compared with the original that the pass does not need for its work. Default true. */
  readonly comparesResults?: boolean;
  /** A copy of a model that the options name, see `Pass.models`. */
  model?(reference: string): Model;
  /** What a pass needs to train; undefined where there is no training data. */
  readonly training?: TrainingTools;
  /** The same tools, whose work also ends, with an error, when `stop` aborts. Undefined: they cannot be stopped alone. */
  within?(stop: AbortSignal): Tools;
}

/** The samples that a pass learns from, never those that a result is judged on in the end. */
export interface PassData {
  /** How many samples there are: of the training data (or of its own source), at most as many as the recipe asks. */
  readonly calibrationSamples: number;
  readonly validationSamples: number;
  /**
   * Calibration samples as inputs of the model, by input name, in a fixed order that does not depend on anything but the
   * data and the recipe. One internal batch size; the last batch may be smaller. A model that takes no more gets one
   * sample in each.
   */
  batches(options?: { readonly batch?: number; readonly samples?: number }): AsyncIterable<Tensors>;
  /**
   * The model, or a copy with its batch free, where many samples in one run are shown to give what each gives alone;
   * undefined where neither does.
   */
  manyAtOnce(model: Model): Promise<Model | undefined>;
  /**
   * Statistics of float values of `model` (its inputs too) over the calibration samples. Reduced in the engine's
   * process; memory does not grow with the samples; the same bits whatever batch or thread count the user asked for.
   */
  observe(model: Model, observations: readonly Observation[]): Promise<ReadonlyMap<string, Statistics>>;
  /**
   * How each model does on validation data beside `reference`, sample by sample.
   * @param options.samples at most so many, spread evenly over the data; default all
   * @param options.optimize how the reference runs; "off": node by node, roundings where the graph has them; default "all"
   */
  judge(
    models: readonly Model[],
    reference: Model,
    options?: { readonly samples?: number } & Pick<SessionOptions, "optimize">,
  ): Promise<readonly Judgement[]>;
}

/** What is wanted of one value. */
export interface Observation {
  readonly value: string;
  /** Counts by bins too; default false. */
  readonly histogram?: boolean;
  /** Also the mean and the largest magnitude along this axis (negative: from the end); default none. */
  readonly channels?: number;
}

/** Of one value over all samples. Numbers that are not finite are counted and left out of everything else. */
export interface Statistics {
  readonly samples: number;
  readonly elements: number;
  readonly nonFinite: number;
  /** Over all elements. 0 and 0 where there was none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the elements, about 0: √(mean of squares). */
  readonly rms: number;
  /** Mean over samples of each sample's own least and largest. */
  readonly meanMin: number;
  readonly meanMax: number;
  /** Moving average of each sample's least and largest, in order: m ← 0.99·m + 0.01·x, begun at the first. */
  readonly movingMin: number;
  readonly movingMax: number;
  readonly histogram: Histogram | undefined;
  /** By channel. */
  readonly channels: ChannelStatistics | undefined;
}

export interface ChannelStatistics {
  readonly axis: number;
  readonly mean: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
}

/**
 * Whole numbers only, so that the order in which samples come does not matter. Bin i of `counts` holds the finite
 * values from (i − n/2)·width up to the next; width is a power of two, so that two neighbours make one bin of a twice as
 * wide histogram exactly.
 */
export interface Histogram {
  readonly width: number;
  readonly counts: Float64Array;
}

/** A model beside its reference on the same validation samples. */
export interface Judgement {
  /**
   * "accuracy.top1". Where there are no labels "fidelity.agreement" if the outputs are scores of classes, else "noise": the
   * share of the outputs' energy that is the difference to the reference's, of which the reference has some of its own.
   */
  readonly metric: string;
  readonly samples: number;
  readonly reference: number;
  readonly value: number;
  /** What was lost, in the metric's own unit (a share for accuracies); negative: it gained. */
  readonly drop: number;
  /** One-sided upper bound at 90 % of the paired drop. */
  readonly dropUpper: number;
  /** Share of samples with the same first class as the reference; undefined where outputs are no scores. */
  readonly agreement: number | undefined;
  /** Signal-to-noise of the outputs, and mean KL divergence from the reference's where they are scores. */
  readonly snrDb: number;
  readonly divergence: number | undefined;
}

export interface PassBench {
  /**
   * Interleaved in one process, one request at a time; ratios to the first model, of the runs that other work on the
   * machine has not held up.
   */
  time(
    models: readonly Model[],
    options?: { readonly budgetMs?: number },
  ): Promise<
    readonly {
      readonly medianMs: number;
      readonly ratio: { readonly value: number; readonly low: number; readonly high: number };
    }[]
  >;
  /** What ran, and the graph as the runtime rewrote it. */
  profile(
    model: Model,
    options?: { readonly runs?: number },
  ): Promise<{ readonly profile: Profile; readonly optimized: Model }>;
  /** Processor features of this machine: "avx512_vnni", "avx2" … */
  readonly cpuFeatures: readonly string[];
  /** ONNX Runtime device that is measured. */
  readonly device: Device;
}

export interface Choices {
  /** What was chosen before under this key, else undefined. */
  recall(key: string): unknown;
  /** Plain JSON. */
  record(key: string, choice: unknown): void;
}

export interface Progress {
  /** `done` of `total` units of the current task. @param detail how it goes, with the time that is left */
  report(task: string, done: number, total: number, detail?: string): void;
}

export type Device = "cpu" | "webgpu" | "cuda" | "tensorrt" | "coreml" | "dml";

export interface SessionOptions {
  /** Default "cpu". */
  readonly device?: Device;
  /** Intra-op threads; default: the processors that the container's limit allows. */
  readonly threads?: number;
  /**
   * What its threads do between two runs: "spin" starts the next one some microseconds sooner and takes a processor from
   * everything else, "sleep" leaves it to what prepares that run. Default "spin".
   */
  readonly waiting?: "spin" | "sleep";
  /** ONNX Runtime's graph optimizations; default "all". */
  readonly optimize?: "off" | "basic" | "extended" | "all";
  readonly profile?: boolean;
  /** Also give the graph as the runtime rewrote it. */
  readonly optimizedModel?: boolean;
  /** Milliseconds for one request to the engine (opening, one run, one block of repetitions); default 600 000. */
  readonly timeoutMs?: number;
  /** Stops the opening; a run has a signal of its own. */
  readonly signal?: AbortSignal;
}

export interface Engine extends AsyncDisposable {
  readonly name: string;
  /** A model in memory, or the path of a file. */
  open(model: Model | { readonly path: string }, options?: SessionOptions): Promise<Session>;
  /** Times sessions of this engine against each other, beside the sessions, in their own process. */
  time(sessions: readonly TimedSession[], plan: TimingPlan, options?: TimingOptions): Promise<Timing>;
  /** Requests that come by a schedule, whether or not the session is free; waited for beside the sessions. */
  serve(sessions: readonly TimedSession[], plan: ArrivalPlan, options?: TimingOptions): Promise<ArrivalTiming>;
}

export interface PortInfo {
  readonly name: string;
  readonly dtype: string;
  /** −1 or a name where the size is free. Empty too where the value is no tensor (`dtype` "non-tensor"). */
  readonly shape: readonly (number | string)[];
}

/** An input whose value stays in the engine's process. */
export interface Held {
  readonly input: string;
  readonly initial: Tensor;
  readonly from?: string;
}

export interface Session extends AsyncDisposable {
  readonly inputs: readonly PortInfo[];
  readonly outputs: readonly PortInfo[];
  /**
   * Without `fetch`: every output that no held input takes. Aborting ends the engine's process, and with it the other sessions in it.
   * Bytes of `inputs` must not change before the promise settles.
   */
  run(
    inputs: Tensors,
    options?: { readonly fetch?: readonly string[]; readonly signal?: AbortSignal },
  ): Promise<Tensors>;
  /**
   * Keeps tensors in the engine's process: each input named here need not be given to `run` any more. It takes the value of
   * the output `from` after every run; without `from` it stays. Replaces what was held before under the same inputs.
   */
  hold(state: readonly Held[]): Promise<void>;
  /** What is held now, by input name; default all. */
  held(names?: readonly string[]): Promise<Tensors>;
  /**
   * Runs on `inputs` and folds inputs and outputs by name into totals that stay in the engine's process, one sample after
   * the other.
   */
  observe(
    inputs: Tensors,
    observations: readonly Observation[],
    options: {
      /** Samples in the inputs. A value whose first axis is a multiple of it has one part for each; another is one sample. */
      readonly batch: number;
      /** Those that count, at the head; default all. */
      readonly count?: number;
      readonly signal?: AbortSignal;
    },
  ): Promise<void>;
  /** The totals since the last time, by name. */
  observed(): Promise<ReadonlyMap<string, Statistics>>;
  /** Ends profiling and gives what ran. Needs `profile: true`. */
  profile(): Promise<Profile>;
  /**
   * The model file as the runtime rewrote it for itself. Needs `optimizedModel: true`. Of a large model its weights are not
   * part of it: read its structure.
   */
  optimizedModel(): Promise<Uint8Array>;
}

/** One event of the runtime's own trace: a kernel that ran. */
export interface ProfileEvent {
  readonly node: string;
  readonly op: string;
  readonly provider: string;
  readonly durationUs: number;
  /** The node's place in the graph that the runtime made. */
  readonly index: number;
  readonly inputs: readonly ProfiledTensor[];
  readonly outputs: readonly ProfiledTensor[];
}

export interface ProfiledTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface Profile {
  /** How often the session ran while it was profiled; each run has its own events. */
  readonly runs: number;
  readonly events: readonly ProfileEvent[];
}

/** Sessions that are timed against each other: repetitions run beside the sessions, in randomised interleaved blocks. */
export interface TimingPlan {
  readonly warmupRuns: number;
  readonly blocks: number;
  readonly runsPerBlock: number;
  readonly seed: number;
}

export interface TimedSession {
  readonly session: Session;
  readonly inputs: Tensors;
}

export interface TimingOptions {
  readonly signal?: AbortSignal;
  /** After each block. */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Each session has a clock of its own, which runs only during the session's turns: a turn takes the queue up where the
 * one before left it. So sessions take turns in short blocks, and each of them is under its load without a gap.
 */
export interface ArrivalPlan {
  /**
   * By session, then by round: when requests come, microseconds on the session's clock; over all rounds not descending.
   * The same number of rounds for each.
   */
  readonly arrivalsUs: readonly (readonly Float64Array[])[];
  /** `all` wait in their order. `newest`: one may wait; a later one takes its place, and it is missed. */
  readonly queue: "all" | "newest";
  /** At the start of each turn, while the clock stands. */
  readonly settlingRuns: number;
  /** Of the order of turns. */
  readonly seed: number;
}

export interface ArrivalTiming {
  /** Microseconds from the scheduled arrival to the end of its run, as in the plan; NaN where it was missed. */
  readonly latenciesUs: readonly (readonly Float64Array[])[];
}

export interface Timing {
  /**
   * Microseconds of each run: by session, in the order given, then by block. Within a block every session has its turn,
   * in an order drawn from the seed, so what disturbs the machine for a while disturbs all of them.
   */
  readonly durationsUs: readonly (readonly Float64Array[])[];
}
