import type { Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import type { Descent } from "./update.ts";

/** g + λ·θ: decay as part of the gradient. */
export function decayed(make: NodeMaker, { gradient, parameters, decay }: Descent): Value {
  return decay === 0 ? gradient : make.op("Add", [gradient, make.op("Mul", [parameters, make.scalar(decay)])]);
}
