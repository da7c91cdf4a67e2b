import type { Value } from "@pare/ir";
import { zeros } from "../step/states.ts";
import { decayed } from "./decay.ts";
import type { Descent, OptimizerContext } from "./update.ts";

/** v ← μ·v + g; θ ← θ − lr·v, with Nesterov θ ← θ − lr·(g + μ·v). Decay is part of g. */
export function sgd({ make, states, momentum }: OptimizerContext, nesterov: boolean, group: Descent): Value {
  const gradient = decayed(make, group);
  const velocity = states.gated(`${group.name}.velocity`, zeros([group.elements]));
  const kept = (value: Value) => make.op("Mul", [momentum(), value]);
  const next = make.op("Add", [kept(velocity.current), gradient]);
  velocity.next(next);
  const direction = nesterov ? make.op("Add", [gradient, kept(next)]) : next;
  return make.op("Sub", [group.parameters, make.op("Mul", [group.rate, direction])]);
}
