import { zipKnown } from "../known.ts";
import { broadcastAxes, broadcastOfInputs, sharedDType } from "../rules.ts";
import type { OpSpec } from "../spec.ts";
import { tensorType } from "../value-types.ts";
import { whereGradient } from "./where-gradient.ts";

export const where: OpSpec = {
  op: "onnx.Where",
  roles: () => ["param", "data", "data"],
  infer: (context) => [tensorType(sharedDType(context, [1, 2]), broadcastOfInputs(context))],
  axes: broadcastAxes,
  gradient: whereGradient,
  propagate: ({ ints }) => [
    zipKnown([ints(0), ints(1), ints(2)], ([condition, yes, no]) => {
      if (typeof condition === "number") return condition !== 0 ? yes : no;
      return yes === no ? yes : undefined;
    }),
  ],
};
