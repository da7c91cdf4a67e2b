import type { Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { zeros } from "../step/states.ts";
import { decayed } from "./decay.ts";
import type { AdamSpec } from "./optimizer-spec.ts";
import type { Descent, OptimizerContext } from "./update.ts";

/** 1 − β₁ᵗ and 1 − β₂ᵗ in this step: scalars. */
export interface Corrections {
  readonly first: Value;
  readonly second: Value;
}

type Adam = AdamSpec<"adam" | "adamw">;

const betasOf = ({ betas = [0.9, 0.999] }: Adam) => betas;

/**
 * c ← β·c + (1 − β), from 0, is 1 − βᵗ without the cancellation that the formula has in float32 (1 − 0.999 keeps four
 * digits).
 */
export function corrections({ make, states }: OptimizerContext, spec: Adam): Corrections {
  const [first, second] = betasOf(spec).map((beta, i) => {
    const state = states.gated(`correction.${i + 1}`, zeros([]));
    const next = moving(make, state.current, make.scalar(1), beta);
    state.next(next);
    return next;
  });
  return { first: first!, second: second! };
}

export function adam(context: OptimizerContext, spec: Adam, corrected: Corrections, group: Descent): Value {
  const { make, states } = context;
  const [beta1, beta2] = betasOf(spec);
  const decoupled = spec.kind === "adamw";
  const gradient = decoupled ? group.gradient : decayed(make, group);
  const average = (name: string, value: Value, beta: number) => {
    const state = states.gated(`${group.name}.${name}`, zeros([group.elements]));
    const next = moving(make, state.current, value, beta);
    state.next(next);
    return next;
  };
  const first = average("first-moment", gradient, beta1);
  const second = average("second-moment", make.op("Mul", [gradient, gradient]), beta2);
  const spread = make.op("Div", [make.op("Sqrt", [second]), make.op("Sqrt", [corrected.second])]);
  const guarded = make.op("Add", [spread, make.scalar(spec.epsilon ?? 1e-8)]);
  const rate = make.op("Div", [group.rate, corrected.first]);
  const step = make.op("Mul", [rate, make.op("Div", [first, guarded])]);
  return make.op("Sub", [decoupled ? shrunk(make, group) : group.parameters, step]);
}

/** θ·(1 − lr·λ). */
function shrunk(make: NodeMaker, { parameters, rate, decay }: Descent): Value {
  if (decay === 0) return parameters;
  const factor = make.op("Sub", [make.scalar(1), make.op("Mul", [rate, make.scalar(decay)])]);
  return make.op("Mul", [parameters, factor]);
}

/** β·old + (1 − β)·value. */
export function moving(make: NodeMaker, old: Value, value: Value, beta: number): Value {
  const kept = make.op("Mul", [old, make.scalar(beta)]);
  return make.op("Add", [kept, make.op("Mul", [value, make.scalar(1 - beta)])]);
}
