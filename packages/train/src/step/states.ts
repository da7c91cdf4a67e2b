import type { Edit, Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { type Tensor, tensorOf } from "@pare/tensor";
import type { StepState } from "./step-graph.ts";

/** One state: its value in this step. */
export interface State {
  readonly current: Value;
  /** Says what it is in the next step; once. */
  next(value: Value): void;
}

/** Collects the states of a step graph as inputs with their successors as outputs. */
export class States {
  readonly collected: StepState[] = [];
  /** The outputs of `collected`, in their order; not outputs of the graph yet. */
  readonly successors: Value[] = [];
  /** A bool scalar: where false, gated states stay as they are. */
  gate: Value | undefined;
  readonly #edit: Edit;
  readonly #make: NodeMaker;

  constructor(edit: Edit, make: NodeMaker) {
    this.#edit = edit;
    this.#make = make;
  }

  /** A state that changes where the gate is open, if there is one. */
  gated(name: string, initial: Tensor): State {
    const state = this.always(name, initial);
    return { ...state, next: (value) => state.next(this.whereOpen(value, state.current)) };
  }

  /** A state that changes in each step. */
  always(name: string, initial: Tensor): State {
    const { dtype, shape } = initial;
    const current = this.#edit.input(`state/${name}`, { kind: "tensor", dtype, shape });
    const next = (value: Value) => {
      const { outputs } = this.#edit.node("onnx.Identity", [value], { outputs: [`${current.name}.next`] });
      this.collected.push({ input: current.name, output: outputs[0]!.name, initial });
      this.successors.push(outputs[0]!);
    };
    return { current, next };
  }

  whereOpen(value: Value, otherwise: Value): Value {
    return this.gate === undefined ? value : this.#make.op("Where", [this.gate, value, otherwise]);
  }
}

export function zeros(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return tensorOf("float32", shape, new Float32Array(count));
}
