import type { Use } from "@pare/ir";
import { numbers } from "@pare/tensor";
import type { WeightPoint } from "../contract.ts";
import { quantizeConstant } from "../weights/quantize-constant.ts";
import { scalesForBiases } from "./bias-codes.ts";
import { type ConstantCodes, dequantized, quantizedAndBack } from "./pairs.ts";
import type { Writing } from "./write.ts";

/** Makes every weight codes behind a DequantizeLinear. Gives the names of those whose scales a bias has widened. */
export function writeWeights(writing: Writing): readonly string[] {
  const { placement, weightScales } = writing;
  const widened: string[] = [];
  for (const point of placement.weights) {
    const { origin, name } = point.value;
    if (origin.kind !== "constant") continue;
    const leastScales = scalesForBiases(writing, point);
    const { codes, scales, zeroPoints } = quantizeConstant(origin.tensor, point.spec, { leastScales });
    const found = numbers(scales);
    if (leastScales?.some((least, i) => least > 0 && found[i] === Math.fround(least))) widened.push(name);
    weightScales.set(point, found);
    place(writing, point, { codes, scales, zeroPoints, axis: point.spec.axis });
  }
  return widened;
}

function place(writing: Writing, point: WeightPoint, stored: ConstantCodes): void {
  const { edit, placement } = writing;
  const { value } = point;
  const isOwn = usesOf(placement.weights, point);
  const uses = new Set([...value.uses].filter(isOwn));
  const form = placement.target.weight.form === "pair" ? quantizedAndBack : dequantized;
  edit.replaceUses(value, form({ ...writing, scales: writing.scalesAt(point) }, value, stored).outputs[0]!, (use) =>
    uses.has(use),
  );
  if (value.uses.size === 0) edit.removeConstant(value);
}

/** A constant that is used in two ways has a point for each: the first takes all uses that no other point names. */
function usesOf(points: readonly WeightPoint[], point: WeightPoint): (use: Use) => boolean {
  const same = points.filter(({ value }) => value === point.value);
  const others = new Set(same.filter((other) => other !== point).map(({ node }) => node));
  const takes = (use: Use) => use.kind === "input" && use.node === point.node;
  return same[0] === point ? (use) => use.kind !== "input" || takes(use) || !others.has(use.node) : takes;
}
