import type { StaticOptions } from "../schemes/static.ts";

/** What can make a quantized model wrong. */
export type Cause =
  | "outlier"
  | "clipping"
  | "dead"
  | "not-finite"
  | "tensor-scale"
  | "fragile-pattern"
  | "mixed-concat"
  | "saturation"
  | "sensitive-group";

/** Something that was seen in a model or its statistics. Whether it does harm is for a trial of its cure to say. */
export interface Finding {
  readonly cause: Cause;
  /** A clause without its end: "one scale for all channels of 13 weights". */
  readonly text: string;
  /** Names of the nodes or values concerned, worst first. */
  readonly subjects: readonly string[];
  /** It does harm whatever the figures say: they may not show it. */
  readonly isCertain?: boolean;
  /** What to change; undefined: nothing that a recipe says. */
  readonly cure: Cure | undefined;
}

/** A change of a quantize/static step. */
export interface Cure {
  readonly options?: Partial<StaticOptions>;
  /** Names of nodes that stay float. */
  readonly except?: readonly string[];
  /** Cross-layer equalization before. */
  readonly equalize?: boolean;
  /** Correction of biases behind. */
  readonly correct?: boolean;
}
