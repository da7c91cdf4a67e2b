/** What a model would become on a target, without data: placed and written on a copy, with stand-in scales. */
import { cloneModel, type Model } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import type { Placement, PlacementOptions, Prediction, Range } from "../contract.ts";
import { place } from "../placement/place.ts";
import { prepare } from "../prepare/prepare.ts";
import { writeQdq } from "../qdq/write.ts";
import type { Target } from "../targets/target.ts";
import { predict } from "./predict.ts";

export interface Foresight {
  readonly placement: Placement;
  readonly prediction: Prediction;
  /** How many changes between floats and codes the runtime will make in a run: each is a pass over memory. */
  readonly conversions: number;
}

/** What calibration would find does not matter for which kernels run, only that there is something. */
const standIn: Range = { min: -1, max: 1 };

/** `model` stays as it is. Reads every weight that would be quantized. */
export function foresee(model: Model, target: Target, options: PlacementOptions = {}): Foresight {
  const copy = cloneModel(model);
  upgradeOpset(copy, 13);
  prepare(copy, target, options.keepFloat);
  const placement = place(copy, inferTypes(copy), target, options);
  writeQdq(copy, placement, new Map(placement.activations.map((point) => [point, standIn])), "foresee");
  const prediction = predict(copy, inferTypes(copy), target);
  const conversions = prediction.nodes.filter(
    ({ kind, kernel }) => kind === "float" && /quantizelinear$/i.test(kernel),
  );
  return { placement, prediction, conversions: conversions.length };
}
