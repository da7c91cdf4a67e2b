/** Which constants of a model are trained, and why: plain data, for reports and for step graphs. */

/**
 * What a parameter is to its operator. `weight`: multiplied and summed (convolutions, products). `embedding`: a table
 * that is looked up. `bias`: added. `scale`: multiplies element by element (scales of norms, slopes of PRelu).
 * `quantizer`: a step size that is learned.
 */
export type ParameterKind = "weight" | "embedding" | "bias" | "scale" | "quantizer";

export interface PlannedConstant {
  readonly name: string;
  readonly shape: readonly number[];
  /** Undefined: frozen. */
  readonly kind: ParameterKind | undefined;
  /** `weight of Conv "stem"`; of what is frozen, why. */
  readonly reason: string;
}

export interface TrainingPlan {
  /** Every float constant, in the order of the model. */
  readonly constants: readonly PlannedConstant[];
  /** Numbers that are trained, and that are not. */
  readonly trained: number;
  readonly frozen: number;
}
