/**
 * Where a training run is, and how that goes into a checkpoint and comes back: a run that goes on from one gives the same
 * bytes as a run that was never interrupted.
 */
import type { Checkpoint, Tensors, TrainingScore } from "@pare/pass";
import { makeTensor, type Tensor, tensorBytes } from "@pare/tensor";
import type { StepGraph } from "../step/step-graph.ts";
import { type LossHistory, noLosses } from "./divergence.ts";
import type { EpochRecord } from "./epoch-record.ts";

/** Plain data. Numbers are finite, so that JSON keeps all of them. */
export interface Position {
  /** Epochs that are done. */
  readonly epoch: number;
  /** Steps of the current epoch that are done. */
  readonly step: number;
  /** Sums over these steps, by metric of the step graph; of finite values. */
  readonly sums: Readonly<Record<string, number>>;
  readonly losses: LossHistory;
  readonly curve: readonly EpochRecord[];
  readonly best: { readonly epoch: number; readonly score: TrainingScore } | undefined;
}

export const start: Position = { epoch: 0, step: 0, sums: {}, losses: noLosses, curve: [], best: undefined };

export interface Snapshot {
  readonly position: Position;
  /** Of the step graph, by input name. */
  readonly state: Tensors;
  /** By name in the model; empty before the first epoch is done. */
  readonly bestParameters: Tensors;
}

/** @param plan all that decides how the run goes, as plain data: a checkpoint of another plan is of no use */
export function checkpointOf({ position, state, bestParameters }: Snapshot, plan: unknown): Checkpoint {
  const named = (prefix: string, tensors: Tensors) =>
    [...tensors].map(([name, tensor]) => [prefix + name, tensor] as const);
  return {
    facts: { plan, position },
    tensors: new Map([...named("state/", state), ...named("best/", bestParameters)]),
  };
}

/** Undefined where the checkpoint is of another plan or another step graph. */
export function snapshotOf(checkpoint: Checkpoint, plan: unknown, step: StepGraph): Snapshot | undefined {
  const facts = checkpoint.facts as { readonly plan: unknown; readonly position: Position };
  const under = (prefix: string): Tensors => {
    const named = [...checkpoint.tensors].filter(([name]) => name.startsWith(prefix));
    return new Map(named.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
  };
  const state = under("state/");
  const fits = step.state.every(({ input, initial }) => typeText(state.get(input)) === typeText(initial));
  if (JSON.stringify(facts.plan) !== JSON.stringify(plan) || !fits) return undefined;
  return { position: facts.position, state, bestParameters: copied(under("best/")) };
}

/** They are needed for longer than the checkpoint's file holds. */
function copied(tensors: Tensors): Tensors {
  return new Map([...tensors].map(([name, t]) => [name, makeTensor(t.dtype, t.shape, tensorBytes(t).slice())]));
}

const typeText = (tensor: Tensor | undefined) => tensor && `${tensor.dtype} ${tensor.shape.join()}`;
