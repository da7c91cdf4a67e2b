import type { Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import type { States } from "../step/states.ts";
import { adam, corrections } from "./adam.ts";
import type { OptimizerSpec } from "./optimizer-spec.ts";
import { sgd } from "./sgd.ts";

/** One flat vector of parameters in a step. */
export interface Descent {
  /** Of the group: "weights". */
  readonly name: string;
  /** [n]. */
  readonly parameters: Value;
  /** [n]. */
  readonly gradient: Value;
  readonly elements: number;
  /** A float32 scalar: the schedule's, times the group's factor. */
  readonly rate: Value;
  /** λ of the group. */
  readonly decay: number;
}

export interface OptimizerContext {
  readonly make: NodeMaker;
  readonly states: States;
  /** Makes the input of a rate, once. */
  readonly momentum: () => Value;
}

/** The new parameters of each group. */
export function update(context: OptimizerContext, spec: OptimizerSpec, groups: readonly Descent[]): readonly Value[] {
  if (spec.kind === "sgd") return groups.map((group) => sgd(context, spec.nesterov ?? false, group));
  const corrected = corrections(context, spec);
  return groups.map((group) => adam(context, spec, corrected, group));
}
