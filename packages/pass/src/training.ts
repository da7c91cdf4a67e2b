import type { Model } from "@pare/ir";
import type { Unit } from "@pare/report";
import type { Tensor } from "@pare/tensor";
import type { Device, Progress, Session, SessionOptions, Tensors } from "./contract.ts";

/** What a pass that trains may ask of the world, beside `Tools`. Test data is none of it. */
export interface TrainingTools {
  /** Samples of the training data, without those that choices are made on. */
  readonly samples: number;
  /** How stored images become a model's input. */
  readonly images: ImageForm;
  /** Whether the recipe changes the data at random, epoch by epoch. */
  readonly isAugmented: boolean;
  /** That the steps since the original have trained, this one not counted: what a fair comparison trains it for, too. */
  readonly epochsBefore: number;
  /** Names of the classes; empty where targets are no classes. */
  readonly classes: readonly string[];
  /**
   * One epoch in an order of its own, prepared and augmented as the recipe says, bound to the inputs of `model`, whose
   * batch may be another one; full batches only. Order and augmentation are functions of (seed, epoch, sample id). At most
   * two batches are prepared while the ones before are being used. A batch holds until the second one after it is asked for,
   * or another epoch is begun.
   */
  batches(model: Model, options: TrainingBatches): AsyncIterable<TrainingBatch>;
  /** How a model does on validation data: the recipe's first metric, and the mean cross-entropy where targets are classes. */
  evaluate(model: Model): Promise<TrainingScore>;
  /** That of the recipe's first measurement. */
  readonly device: Device;
  /** A session on the device, with all threads of this machine. */
  open(model: Model, options?: Pick<SessionOptions, "device" | "threads" | "profile">): Promise<Session>;
  /** Where a run leaves what it needs to go on after an interruption. */
  readonly checkpoints: CheckpointStore;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** (stored byte · scale − mean) ÷ std; of mean and std one value, or one for each channel in the model's order. */
export interface ImageForm {
  readonly layout: "NCHW" | "NHWC";
  readonly order: "RGB" | "BGR";
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

export interface TrainingBatches {
  /** Samples in a batch; all are full. */
  readonly batch: number;
  /** From 0. */
  readonly epoch: number;
  /** The batch to begin with, after an interruption; default 0. */
  readonly from?: number;
  /** Random changes of the data; default true where the recipe has some. */
  readonly augment?: boolean;
  /**
   * All samples once, as they are and in the data's order; the last batch is filled up by its last sample, which ids and
   * targets leave out. Default false.
   */
  readonly inOrder?: boolean;
  readonly seed: number;
}

export interface TrainingBatch {
  /** By the model's input names. */
  readonly inputs: Tensors;
  /** Class indices as int64 [batch], values as float32 [batch, n], next tokens as int64 [batch, length]; undefined where the data has no labels. */
  readonly targets: Tensor | undefined;
  readonly ids: readonly string[];
}

export interface TrainingScore {
  /** "accuracy.top1". */
  readonly metric: string;
  readonly value: number;
  readonly better: "higher" | "lower";
  readonly unit: Unit;
  readonly samples: number;
  readonly loss: number | undefined;
}

/** Checkpoints by key, written aside and renamed. The one before is kept, should the latest turn out to be torn. */
export interface CheckpointStore {
  /** The latest whole one; a torn one is passed over. Its tensors hold until it is saved over or cleared. */
  latest(key: string): Promise<Checkpoint | undefined>;
  save(key: string, checkpoint: Checkpoint): Promise<void>;
  /** When the work is done. */
  clear(key: string): Promise<void>;
}

export interface Checkpoint {
  /** Plain JSON: epoch, step, curves. */
  readonly facts: unknown;
  readonly tensors: Tensors;
}
