import type { Model } from "@pare/ir";
import { type Formulation, shapeOf } from "@pare/ops";
import type { Tensor } from "@pare/tensor";
import type { LossSpec } from "../losses/loss-spec.ts";
import type { TrainingPlan } from "../prepare/plan.ts";

/**
 * One step of training as a pure function: (batch, parameters, optimizer state, rates) → (new parameters, new state,
 * loss, metrics). All sizes are fixed; any provider of ONNX Runtime can run it.
 */
export interface StepGraph {
  readonly model: Model;
  /** Samples in a batch. */
  readonly batch: number;
  /** What each step is fed: the trained model's inputs by their own names, then what the loss compares with. */
  readonly feeds: readonly StepFeed[];
  /** Scalars that the schedule gives anew for each step. */
  readonly rates: readonly StepRate[];
  /** What stays in the engine's process: fed at first by `initial`, then by the output of the step before. */
  readonly state: readonly StepState[];
  /** What is minimized. */
  readonly loss: LossSpec["kind"];
  /** Outputs of one number each, by what they mean: "loss", "loss.labels", "loss.teacher", "accuracy.top1" … */
  readonly metrics: ReadonlyMap<string, string>;
  /** Where each trained constant of the original model is in the state. */
  readonly parameters: readonly StepParameter[];
  /** Where moving averages of parameters are, which then are what is evaluated and kept; absent where there are none. */
  readonly averages?: readonly StepParameter[];
  /** What the backward pass is made of. */
  readonly formulation: Formulation;
  /** Which constants are trained, and why. */
  readonly plan: TrainingPlan;
}

/** `input`: a model input. `target`: class indices (int64 [batch]), values (float32 [batch, n]) or next tokens (int64 [batch, length]; −1 is not counted). */
export type StepFeed =
  | { readonly kind: "input"; readonly name: string }
  | { readonly kind: "target"; readonly name: string }
  /** A teacher's outputs for the same samples, where they are computed once and kept. */
  | { readonly kind: "teacher"; readonly name: string; readonly output: string; readonly teacher: number };

/** The shape that a step takes a feed in. */
export function shapeOfFeed({ model }: StepGraph, { name }: StepFeed): readonly number[] {
  const input = model.graph.inputs.find((each) => each.name === name);
  return shapeOf(input?.type) as readonly number[];
}

export interface StepRate {
  /** Input of the step graph: a float32 scalar. */
  readonly name: string;
  readonly kind: "learning-rate" | "momentum";
}

export interface StepState {
  readonly input: string;
  readonly output: string;
  readonly initial: Tensor;
}

/** A slice of a flat state vector, or a whole state tensor (running statistics). */
export interface StepParameter {
  /** Name of the constant in the model that is trained. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Input name of the state that holds it. */
  readonly state: string;
  /** First element there. */
  readonly offset: number;
}
