import { type Model, parseModel } from "@pare/ir";
import { irVersionFor } from "../../src/ir-version.ts";
import { attributesToInputs } from "./attributes-to-inputs.ts";
import type { Case } from "./case.ts";
import { firstOpsets } from "./first-opsets.ts";
import { imagesAndSignals } from "./images-and-signals.ts";
import { normalization } from "./normalization.ts";
import { resize } from "./resize.ts";
import { softmax } from "./softmax.ts";
import { subgraphs } from "./subgraphs.ts";

export const cases: readonly Case[] = [
  ...attributesToInputs,
  ...softmax,
  ...normalization,
  ...resize,
  ...imagesAndSignals,
  ...subgraphs,
  ...firstOpsets,
];

/** The graph as a model of this opset, of the IR version that belongs to it. */
export function modelAt(opset: number, graph: string): Model {
  return parseModel(`<ir_version: ${irVersionFor(opset)}, opset_import: ["" : ${opset}]> ${graph}`);
}
