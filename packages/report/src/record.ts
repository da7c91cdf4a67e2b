/**
 * The record of one run: what went in, what was done, what came out and what was measured. Written as `record.json`;
 * docs/record.md describes it for readers of the file.
 *
 * Rules of the format:
 * 1. `format` and `version` come first. A new field may be added within a version; a field that changes its meaning
 *    or goes away makes a new version.
 * 2. Quantities are in the unit that their name or their `unit` says: bytes, milliseconds, ratios between 0 and 1.
 * 3. A model is named by the SHA-256 of its bytes, so that a later comparison can load exactly that model again.
 */
export const recordVersion = 1;

export interface RunRecord {
  readonly format: "pare-record";
  readonly version: typeof recordVersion;
  readonly run: RunInfo;
  readonly recipe: RecipeInfo;
  readonly environment: Environment;
  readonly data: readonly DataInfo[];
  readonly original: ModelRecord;
  readonly result: ModelRecord;
  readonly steps: readonly StepRecord[];
  readonly timings: readonly TimingRecord[];
  readonly comparisons: readonly Comparison[];
  /** In the recipe's order. Absent in records of runs before gates were. */
  readonly gates?: readonly GateRecord[];
}

export interface RunInfo {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From the start of the process that finished the run; an interrupted part before it does not count. */
  readonly durationMs: number;
}

export interface RecipeInfo {
  readonly name: string;
  /** SHA-256 of the recipe with every default written out. Also in the model's metadata: `pare.recipe`. */
  readonly sha256: string;
  readonly seed: number;
  /** YAML, with every default written out. */
  readonly text?: string;
  /** Where the recipe's paths start, seen from the record's folder: "../../..". */
  readonly folder?: string;
}

export interface Environment {
  /** Version of this program. */
  readonly pare: string;
  readonly node: string;
  readonly runtime: { readonly name: string; readonly version: string };
  /** "linux", "darwin", "win32". */
  readonly os: string;
  /** "x64", "arm64". */
  readonly arch: string;
  readonly cpu: {
    readonly model: string;
    /** Processors that the container's limit allows. */
    readonly processors: number;
    /** Of those that decide which kernels run: avx2, avx512f, avx512_vnni, amx_int8, asimddp, … */
    readonly features: readonly string[];
  };
  readonly memoryBytes: number;
  /** What else times depend on. Absent in records of runs before it was kept. */
  readonly host?: HostRecord;
}

/** Null: nothing limits it, or the system does not tell. */
export interface HostRecord {
  /** "Linux 6.1.0 x86_64". */
  readonly system: string;
  readonly cores: {
    readonly logical: number;
    /** Those that the process may run on. */
    readonly allowed: number;
    /** What the container grants, as a share of time: 1.5 is one and a half. */
    readonly quota: number | null;
  };
  /** Linux's frequency policy. */
  readonly governor: string | null;
  readonly memory: { readonly bytes: number; readonly limitBytes: number | null };
  /** Processes that ran or waited to, mean of the minute before the run began. */
  readonly load: number;
}

export interface DataInfo {
  /** "test"; "calibration" and "validation" where a step learned from data. */
  readonly split: string;
  readonly source: string;
  readonly samples: number;
  readonly sha256: string;
  /** What a reader of the accuracy has to know. Absent: nothing. */
  readonly notes?: readonly DataNote[];
}

export interface DataNote {
  /**
   * `skipped`: samples that cannot be read were left out. `duplicates`: samples that are in another split too. `seen`: the
   * model may have been trained on them. `input`: what the model seems to expect is not what it is given. `outputs`: a model
   * gave NaN or infinity for them. `held-out`: they stand in for validation data that the recipe does not have.
   */
  readonly kind: "skipped" | "duplicates" | "seen" | "input" | "outputs" | "held-out";
  readonly text: string;
  readonly count?: number;
  /** Ids of the first samples concerned. */
  readonly examples?: readonly string[];
}

export interface ModelRecord {
  /** For the result: the file's name in the run's folder. For the original: as the recipe names it. */
  readonly file: string;
  /** Of the model file, followed by its external data where it has any. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Of a download: gzip at level 6, brotli at 5, as servers compress on the fly. Only where speed was measured. */
  readonly compressed?: { readonly gzipBytes: number; readonly brotliBytes: number };
  /** Over the main graph, subgraphs and functions. */
  readonly nodes: number;
  readonly parameters: number;
  readonly weightBytes: number;
  /** Multiply-accumulates of one run; null where a size is unknown. */
  readonly macs: number | null;
  readonly metrics: readonly Metric[];
  /** What the model made of each sample of the test data; absent where there are no labels. */
  readonly outcomes?: OutcomesRecord;
  /** Of a classifier with at most 100 classes: how many samples of each class (rows) were taken for which (columns). */
  readonly confusion?: ConfusionRecord;
  /** Of a result that was compared with its original: the sample whose outputs changed most. */
  readonly worstSample?: WorstSample;
  /** Of labelled samples: those that it was most wrong about, worst first, at most 10. */
  readonly worstSamples?: readonly WrongSample[];
  /** The largest stored tensors, largest first, at most 40; `weightBytes` counts the others too. */
  readonly tensors?: readonly TensorSize[];
  /** Where the time of one run goes, slowest node first, at most 60. */
  readonly profile?: ModelProfile;
}

/** One outcome a sample, so that two records can be compared sample by sample; all that the metrics need. */
export interface OutcomesRecord {
  readonly kind: "class" | "values" | "tokens";
  readonly samples: number;
  /** SHA-256 over the data and the samples' ids in order: only outcomes with the same one can be paired. */
  readonly samplesSha256: string;
  readonly classes?: readonly string[];
  /** Of `values`: how many a sample has. */
  readonly width?: number;
  /** By name, in the data's order. */
  readonly columns: Readonly<Record<string, OutcomeColumn>>;
}

export interface OutcomeColumn {
  readonly type: "uint8" | "int16" | "int32" | "float32";
  /** Little-endian elements in base64. */
  readonly base64: string;
}

export interface ConfusionRecord {
  readonly classes: readonly string[];
  readonly counts: readonly (readonly number[])[];
}

export interface WorstSample {
  readonly id: string;
  /** Signal-to-noise ratio of its outputs, dB. */
  readonly snr: number;
}

export interface WrongSample {
  readonly id: string;
  /** A class's name, or the target. */
  readonly label: string;
  /** The class with the highest score ("none" where no score was a number), or the predicted value. */
  readonly prediction: string;
  /** −log of the label's probability in nats; of a regression the squared error. */
  readonly loss: number;
}

export interface TensorSize {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: number;
}

/** From the runtime's own trace, of the graph that the runtime made of the model. */
export interface ModelProfile {
  /** Runs that the means are over. */
  readonly runs: number;
  /** Mean of all kernels of a run together. */
  readonly totalMs: number;
  readonly nodes: readonly NodeTime[];
  /** How many nodes ran, those that are not listed too. */
  readonly nodeCount?: number;
  /** What each execution provider did, in the order of time. */
  readonly providers?: readonly ProviderTime[];
  /** Copies between the memories of processor and device that the runtime put between nodes. */
  readonly transfers?: { readonly count: number; readonly ms: number };
  /** On another device than the processor: nodes that ran on the processor all the same, slowest first, at most 60. */
  readonly fallbacks?: readonly NodeTime[];
}

export interface ProviderTime {
  /** "CPUExecutionProvider". */
  readonly provider: string;
  readonly nodes: number;
  readonly ms: number;
}

export interface NodeTime {
  readonly node: string;
  readonly op: string;
  /** Execution provider: "CPUExecutionProvider". */
  readonly provider: string;
  /** Mean over the runs. */
  readonly ms: number;
}

/**
 * `plain`: a number without a unit, or in the unit of the data. `bits`: of information, a character or a token. `db`:
 * decibels.
 */
export const units = ["ratio", "ms", "per-second", "bytes", "count", "nats", "bits", "db", "plain"] as const;

export type Unit = (typeof units)[number];

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** 0.95: the procedure holds the true value this often. */
  readonly confidence: number;
}

export interface Metric {
  /** A dotted path: "accuracy.top1", "latency.online.p50", "throughput.bulk". */
  readonly name: string;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  readonly value: number;
  readonly interval?: Interval;
  /** How many samples or runs it stands on. */
  readonly samples: number;
}

/** The result against the original on one metric, from paired or interleaved measurements. */
export interface Comparison {
  readonly metric: string;
  /** `ratio`: result ÷ original. `difference`: result − original, in the metric's unit. */
  readonly kind: "ratio" | "difference";
  readonly value: number;
  readonly interval?: Interval;
  /** How likely so large a difference is where there is none; two-sided. */
  readonly pValue?: number;
  readonly verdict?: Verdict;
  /** Where the verdict is `cannot-tell`: the smallest effect that this run could have seen, as `value` is. */
  readonly smallestEffect?: number;
  /**
   * Of `start.*`: what starts of one model differ by, where that is more than 2 % and so the margin of the verdict. Of
   * times it is in their `TimingRecord`.
   */
  readonly noiseFloor?: number;
}

/** Of the result against the original, or of one run against another. */
export type Verdict = "better" | "same" | "worse" | "cannot-tell" | "not-comparable";

/** How a model is used: see `measure` of a recipe. */
export const scenarioNames = ["online", "batch", "streaming", "server"] as const;

export type ScenarioName = (typeof scenarioNames)[number];

/** How one `measure` entry of the recipe was carried out. */
export interface TimingRecord {
  readonly name: string;
  readonly engine: string;
  readonly device: string;
  readonly threads: number;
  readonly scenario: ScenarioName;
  readonly batch: number;
  /** Streaming: requests a second, where the recipe gives it. */
  readonly rate?: number;
  /** Server: the latency that `percentile` of the requests must keep, ms. */
  readonly boundMs?: number;
  /** Server: 99 for p99. */
  readonly percentile?: number;
  /** Counted runs of each model. */
  readonly runs: number;
  /** Rounds in which original and result took turns. */
  readonly rounds: number;
  /** What stands for the speed (median, highest rate), of a second session of the original ÷ the first: 1 but for noise. */
  readonly controlRatio: number;
  /** A ratio between 1 − this and 1 + this cannot be told from 1. */
  readonly noiseFloor: number;
  /** The same of each metric of this entry that is compared, by its name. Absent in records of runs before percentiles were. */
  readonly noiseFloors?: Readonly<Record<string, number>>;
  /** What each model's runs were like. */
  readonly original?: RunTimes;
  readonly result?: RunTimes;
}

/** Durations of the counted runs of one model, in ms. */
export interface RunTimes {
  /** Quantiles 0, 0.01, …, 0.99, 1: 101 values, so the first is the fastest run and the last the slowest. */
  readonly quantilesMs: readonly number[];
  /** Of each interleaved block, in the order in which they ran. */
  readonly blockMediansMs: readonly number[];
}

/** `skipped`: there was no base to compare with. */
export type GateStatus = "pass" | "fail" | "cannot-tell" | "skipped";

export interface GateRecord {
  /** As the recipe has it. */
  readonly expression: string;
  readonly status: GateStatus;
  /** What decides it, in words: "0.912 ≥ 0.902 holds in the whole interval". */
  readonly reason: string;
}

export interface StepNote {
  /** `left`: not changed, on purpose. */
  readonly kind: "changed" | "left" | "info";
  /** A sentence without its subject: "folded 12 nodes into constants". */
  readonly text: string;
  /** Names of the nodes or values concerned. */
  readonly subjects?: readonly string[];
  /** Which parts of the model lose accuracy as integers; absent: not ranked. */
  readonly sensitivity?: SensitivityRecord;
  /** What a search tried; absent: nothing was searched. */
  readonly search?: SearchRecord;
  /** Which nodes run as integers, predicted and, where it was run, proven. */
  readonly proof?: ProofRecord;
  /** What was trained, epoch by epoch: the result first, then what it is fairly compared with. */
  readonly training?: readonly TrainingRecord[];
}

/** One training: its curves, and what came of it on validation data. */
export interface TrainingRecord {
  /** "student, taught", "the same network, taught by labels alone". */
  readonly label: string;
  /** `result`: the step's result. `compared`: a control, which is thrown away. */
  readonly role: "result" | "compared";
  /** Of validation data: "accuracy.top1". */
  readonly metric: string;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** Validation samples. */
  readonly samples: number;
  readonly parameters: { readonly trained: number; readonly frozen: number };
  /** Before the first step; null where it was not measured. */
  readonly before: number | null;
  readonly epochs: readonly TrainingEpoch[];
  /** From 1: the epoch whose weights were kept; 0: none was better than before. */
  readonly best: number;
  /** Of the metric, with the weights that were kept. */
  readonly value: number;
  /** Where rounding was trained: the stored model as the processor runs it, beside the trained graph. */
  readonly stored?: StoredRecord;
}

export interface StoredRecord {
  /** Validation samples. */
  readonly samples: number;
  /** Share of them (of texts: of their positions) with the same first class; null where outputs are no scores of classes. */
  readonly agreement: number | null;
  /** Signal-to-noise of the outputs, dB, 200 where they are equal; null where they cannot be compared. */
  readonly snrDb: number | null;
}

export interface TrainingEpoch {
  /** Mean over the epoch's batches. */
  readonly loss: number;
  /** On validation data after the epoch; null where there are no classes. */
  readonly validationLoss: number | null;
  readonly value: number;
  /** At the epoch's last step. */
  readonly learningRate: number;
  readonly samplesPerSecond: number;
}

/** Ways of changing the model that were built and measured. */
export interface SearchRecord {
  /** "accuracy.top1"; null where there was no data. */
  readonly metric: string | null;
  readonly samples: number;
  readonly candidates: readonly SearchCandidate[];
  /** Parts of the model whose time was measured both ways. */
  readonly regions: readonly SearchRegion[];
}

export interface SearchCandidate {
  readonly label: string;
  readonly isChosen: boolean;
  /** Of the metric; null where it was not measured, or is no finite number. */
  readonly value: number | null;
  /** What was lost against the original, and the most that it can be (one-sided, 90 %). */
  readonly drop: number | null;
  readonly dropUpper: number | null;
  /** Share of samples with the same first class as the original. */
  readonly agreement: number | null;
  /** Time ÷ time of the float model, interleaved. */
  readonly time: { readonly ratio: number; readonly interval: Interval } | null;
  /** Of the constants. */
  readonly sizeBytes: number;
}

export interface SearchRegion {
  readonly nodes: readonly string[];
  readonly floatUs: number;
  readonly integerUs: number;
  /** Whether the result has it in float. */
  readonly isFloat: boolean;
}

export interface ProofRecord {
  readonly target: string;
  /** Multiply-adds in integer kernels ÷ all, as predicted; null where sizes are unknown or there are none. */
  readonly predictedShare: number | null;
  /** As the runtime's profile shows it; null where this machine is not the target. */
  readonly provenShare: number | null;
  /** Nodes that ran otherwise than predicted. */
  readonly disagreements: readonly { readonly node: string; readonly predicted: string; readonly ran: string }[];
}

/** Parts of a model by how far its outputs move when they are integer. */
export interface SensitivityRecord {
  /** `quantized`: of all parts only this one was integer. `float`: only this one was float. */
  readonly direction: "quantized" | "float";
  /** `nats`: Kullback-Leibler divergence from the float model's probabilities. `noise`: Σ difference² ÷ Σ original². */
  readonly unit: "nats" | "noise";
  /** Calibration samples that it was measured on. */
  readonly samples: number;
  /** With every part integer. Null here and below: not a finite number. */
  readonly all: number | null;
  /** What matters most first. */
  readonly parts: readonly { readonly nodes: readonly string[]; readonly divergence: number | null }[];
}

export interface StepRecord {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** `cached`: an earlier run had finished this very step on these very bytes. */
  readonly status: "done" | "cached";
  readonly durationMs: number;
  readonly nodesBefore: number;
  readonly nodesAfter: number;
  readonly sizeBytes: number;
  /** Of the model after the step. */
  readonly sha256: string;
  readonly notes: readonly StepNote[];
}
