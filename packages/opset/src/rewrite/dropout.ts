import { attr } from "@pare/ir";
import { dtypeCodeOf } from "../dtype-code.ts";
import type { Site } from "../site.ts";

/** Dropout 7: from here on it only drops when told to, so `is_test` goes. */
export function assertTestMode(site: Site): void {
  if ((site.int("is_test") ?? 0) === 0) throw site.refused("it drops at random (is_test is 0)");
  site.dropOutputs(1, "its mask is used, which test mode leaves unset");
  site.change({ attrs: { is_test: undefined } });
}

/** Dropout 10: the mask became boolean. */
export function castMask(site: Site): void {
  if (!site.isUsed(1)) return;
  const dtype = site.dtype(0);
  const code = dtype && dtypeCodeOf(dtype);
  if (code === undefined) throw site.refused("its mask is used, and its element type is unknown");
  site.after(1, "Cast", [], { to: attr.int(code) });
}

/** Dropout 12: the ratio became an input, and the mask of an inference run went from all false to all true. */
export function ratioToInput(site: Site): void {
  if (site.isUsed(1)) site.after(1, "Not");
  const ratio = site.float("ratio");
  if (ratio === undefined) return;
  const input = site.tensor("ratio", "float32", [], [ratio]);
  site.change({ inputs: [site.node.inputs[0], input], attrs: { ratio: undefined } });
}
