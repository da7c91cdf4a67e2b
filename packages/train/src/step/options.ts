import type { Model } from "@pare/ir";
import type { Formulation } from "@pare/ops";
import type { Tensor } from "@pare/tensor";
import type { LossSpec } from "../losses/loss-spec.ts";
import type { OptimizerSpec, WeightDecay } from "../optimizers/optimizer-spec.ts";
import type { ParameterChoice } from "../prepare/choose-parameters.ts";
import type { DropoutMode } from "../prepare/dropout.ts";
import type { Sizes } from "../prepare/fix-sizes.ts";

export interface StepOptions extends Sizes, ParameterChoice {
  /** Default "cpu". */
  readonly formulation?: Formulation;
  /** The output that is trained; default the first. */
  readonly output?: string;
  readonly loss: LossSpec;
  /** Whether there are labels; default true. Without, a student learns from its teachers alone. */
  readonly labels?: boolean;
  readonly optimizer: OptimizerSpec;
  /** Default none. */
  readonly weightDecay?: WeightDecay;
  /** Gradients of a larger L2 norm, over all parameters, are scaled down to it (Pascanu et al., 2013); default never. */
  readonly clipNorm?: number;
  /** Batches whose mean gradient makes one update; default 1. */
  readonly accumulate?: number;
  /** Decay of a moving average of the parameters, such as 0.999; default: none is kept. */
  readonly average?: number;
  /** By constant: 1 where an element is trained, 0 where it is pruned and stays 0; of the constant's shape. */
  readonly masks?: ReadonlyMap<string, Tensor>;
  /** What the learning rate is multiplied by for step sizes of quantizers; default 1. */
  readonly quantizerRate?: number;
  /** Batch-norms learn by the batch's statistics and move the running ones, or stay as in inference; default "train". */
  readonly batchNorm?: "train" | "frozen";
  /** Default "drop". */
  readonly dropout?: DropoutMode;
  /** Of what is drawn: dropout, projections; default 0. */
  readonly seed?: number;
  readonly distillation?: Distillation;
}

export interface Distillation {
  readonly teachers: readonly Teacher[];
  /** T; default 4. */
  readonly temperature?: number;
  /** α of the teachers beside 1 − α of the labels, 0 to 1; default 0.7, and 1 without labels. */
  readonly weight?: number;
  /** Mean squared error of features; see `hintLoss`. Added to the rest. */
  readonly hints?: FeatureTerm;
  /** See `attentionLoss`. Added to the rest. */
  readonly attention?: FeatureTerm;
}

export interface FeatureTerm {
  /** Names of values of student and (first) teacher; default: the last ones of each picture size that both have. */
  readonly pairs?: readonly (readonly [student: string, teacher: string])[];
  readonly weight: number;
}

export type Teacher =
  /** Runs in the step, frozen, in inference mode. Of the student's operator set. */
  | {
      readonly kind: "model";
      /** What messages call it; default "teacher 1". */
      readonly name?: string;
      readonly model: Model;
      /** Default the first. */
      readonly output?: string;
      /** Input of the teacher → the student's input that it is given; default the same name, else the same place. */
      readonly inputs?: ReadonlyMap<string, string>;
    }
  /** Its logits are fed, of the shape of the student's. */
  | { readonly kind: "fed"; readonly output?: string };
