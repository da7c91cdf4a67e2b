/** Trained constants as slices of a few flat vectors: one optimizer update for hundreds of tensors. */
import type { Edit, Value } from "@pare/ir";
import { type Formulation, type NodeMaker, splitApart } from "@pare/ops";
import { elementCount, float32s, type Tensor, tensorOf } from "@pare/tensor";
import type { WeightDecay } from "../optimizers/optimizer-spec.ts";
import type { ParameterKind } from "../prepare/plan.ts";
import type { State, States } from "./states.ts";
import type { StepParameter } from "./step-graph.ts";

export interface Trained {
  /** The constant in the graph. */
  readonly value: Value;
  readonly tensor: Tensor;
  readonly kind: ParameterKind;
  /** Whether the trained model has it, too: projections of hints are left behind. */
  readonly kept: boolean;
  readonly mask: Tensor | undefined;
}

/** Parameters that are updated alike. */
export interface ParameterGroup {
  /** "decayed", "undecayed", "quantizers". */
  readonly name: string;
  readonly decay: number;
  /** What the learning rate is multiplied by. */
  readonly factor: number;
  readonly members: readonly Trained[];
}

export function groupParameters(
  trained: readonly Trained[],
  decay: WeightDecay = { rate: 0 },
  quantizerRate = 1,
): readonly ParameterGroup[] {
  const nameOf = ({ kind }: Trained) => {
    if (kind === "quantizer") return "quantizers";
    return decay.of === "all" || kind === "weight" || kind === "embedding" ? "decayed" : "undecayed";
  };
  return ["decayed", "undecayed", "quantizers"].flatMap((name) => {
    const members = trained.filter((each) => nameOf(each) === name);
    if (members.length === 0) return [];
    return [
      {
        ...{ name, members },
        decay: name === "decayed" ? decay.rate : 0,
        factor: name === "quantizers" ? quantizerRate : 1,
      },
    ];
  });
}

/** A group as a state of one axis, with what stands for each constant in the forward pass. */
export interface ParameterVector {
  readonly group: ParameterGroup;
  readonly state: State;
  /** Views by member: the constant's shape. */
  readonly views: readonly Value[];
  readonly elements: number;
  readonly initial: Tensor;
  readonly parameters: readonly StepParameter[];
}

interface VectorParts {
  readonly edit: Edit;
  readonly make: NodeMaker;
  readonly states: States;
  readonly formulation: Formulation;
}

/** Replaces a group's constants by slices of a new state. */
export function makeVector({ edit, make, states, formulation }: VectorParts, group: ParameterGroup): ParameterVector {
  const sizes = group.members.map(({ tensor }) => elementCount(tensor.shape));
  const elements = sizes.reduce((total, size) => total + size, 0);
  const initial = joined(group.members.map(({ tensor, mask }) => masked(float32s(tensor), mask)));
  const state = states.gated(group.name, initial);
  const slices = splitApart(make, state.current, { sizes, axis: 0, formulation });
  const views = group.members.map(({ value, tensor }, i) => {
    const view = make.op("Reshape", [slices[i], make.ints(tensor.shape)]);
    edit.replaceUses(value, view);
    edit.removeConstant(value);
    return view;
  });
  return { ...{ group, state, views, elements, initial }, parameters: placesOf(group, state.current.name, sizes) };
}

function placesOf(group: ParameterGroup, state: string, sizes: readonly number[]): readonly StepParameter[] {
  return group.members.flatMap(({ value, tensor, kept }, i): StepParameter[] => {
    const offset = sizes.slice(0, i).reduce((total, size) => total + size, 0);
    return kept ? [{ name: value.name, shape: tensor.shape, state, offset }] : [];
  });
}

/** 1 where a group's elements are trained; undefined where all are. */
export function maskOf({ members }: ParameterGroup): Tensor | undefined {
  if (members.every(({ mask }) => mask === undefined)) return undefined;
  const ones = ({ shape }: Tensor) => new Float32Array(elementCount(shape)).fill(1);
  return joined(members.map(({ tensor, mask }) => masked(ones(tensor), mask)));
}

function masked(elements: Float32Array, mask: Tensor | undefined): Float32Array {
  if (mask === undefined) return elements;
  const kept = float32s(mask);
  return elements.map((element, i) => (kept[i] === 0 ? 0 : element));
}

function joined(parts: readonly Float32Array[]): Tensor {
  const all = new Float32Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return tensorOf("float32", [all.length], all);
}
