import { cloneModel, type Model } from "@pare/ir";
import { upgradeOpset } from "@pare/opset";

const opset = 21;

/** A copy in the operator set that backward passes are written in. Names of constants stay. @throws OPSET_REFUSED */
export function raise(model: Model): Model {
  const copy = cloneModel(model);
  upgradeOpset(copy, opset);
  return copy;
}
