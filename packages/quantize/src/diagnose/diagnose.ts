/** What in a quantized model, or in one that is about to be, may cost accuracy. Nothing is changed or tried. */
import type { Model, Node } from "@pare/ir";
import { producerOf } from "@pare/ir";
import type { PassData, Statistics, Tools } from "@pare/pass";
import type { Placement } from "../contract.ts";
import type { Ranges } from "../qdq/write.ts";
import type { Finding } from "./finding.ts";
import { type ActivationGrid, placedGrids, storedGrids } from "./grids.ts";
import { concatFindings, patternFindings } from "./pattern-findings.ts";
import { rangeFindings } from "./range-findings.ts";
import { saturationFindings, scaleFindings } from "./weight-findings.ts";
import { type CodedWeight, placedWeights, storedWeights } from "./weights.ts";

type LearningTools = Pick<Tools, "data"> & { readonly data: PassData };

export interface PlacedModel {
  /** Float; the placement is of it. */
  readonly model: Model;
  readonly placement: Placement;
  readonly ranges: Ranges;
}

/** Of a placement that is not written yet. Statistics come from the calibration data. */
export async function diagnosePlaced(
  { model, placement, ranges }: PlacedModel,
  { data }: LearningTools,
): Promise<readonly Finding[]> {
  const grids = placedGrids(placement, ranges);
  const joined = [...placement.decisions].filter(([{ op }, { kind }]) => op === "onnx.Concat" && kind === "integer");
  const names = joined.flatMap(([node]) => node.inputs.flatMap((value) => (value ? [value.name] : [])));
  const statistics = await observe(model, grids, names, data);
  return [
    ...rangeFindings(grids, statistics),
    ...weightFindings(placedWeights(placement)),
    ...patternFindings(model, placement, statistics),
  ];
}

/** Of a quantized model beside the original whose values have the same names. */
export async function diagnoseStored(
  model: Model,
  original: Model,
  { data }: LearningTools,
): Promise<readonly Finding[]> {
  const isObservable = (name: string) => {
    const origin = original.graph.value(name)?.origin;
    return origin !== undefined && origin.kind !== "constant";
  };
  const grids = storedGrids(model).filter(({ value }) => isObservable(value));
  const joins = [...model.graph.nodes].filter(({ op, type }) => op === "onnx.Concat" || type === "QLinearConcat");
  const coded = joins.filter(isBehindGrid);
  const twins = coded.flatMap((node) => twinOf(node, original) ?? []);
  const names = twins
    .flatMap((node) => node.inputs.flatMap((value) => (value ? [value.name] : [])))
    .filter(isObservable);
  const statistics = await observe(original, grids, names, data);
  return [
    ...rangeFindings(grids, statistics),
    ...weightFindings(storedWeights(model)),
    ...concatFindings(twins, statistics),
  ];
}

/** By what it gives; a quantizer that puts a pair before an output of the model renames that: then by its own name. */
function twinOf({ name, outputs }: Node, { graph }: Model): Node | undefined {
  const value = outputs.flatMap((output) => graph.value(output.name) ?? [])[0];
  return producerOf(value) ?? [...graph.nodes].find((node) => name !== "" && node.name === name);
}

/** Something quantizes what it gives. */
function isBehindGrid({ outputs, type }: Node): boolean {
  const readers = [...(outputs[0]?.uses ?? [])];
  return (
    type.startsWith("QLinear") || readers.some((use) => use.kind === "input" && use.node.type === "QuantizeLinear")
  );
}

function weightFindings(weights: readonly CodedWeight[]): readonly Finding[] {
  return [...scaleFindings(weights), ...saturationFindings(weights)];
}

async function observe(
  model: Model,
  grids: readonly ActivationGrid[],
  others: readonly string[],
  data: PassData,
): Promise<ReadonlyMap<string, Statistics>> {
  const isComputed = (name: string) => model.graph.value(name)?.origin.kind !== "constant";
  const names = [...new Set([...grids.map(({ value }) => value), ...others])].filter(isComputed);
  return await data.observe(
    model,
    names.map((value) => ({ value, histogram: true })),
  );
}
