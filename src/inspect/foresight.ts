import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import type { Node } from "@pare/ir";
import { runPass } from "@pare/pass";
import { type Foresight, foresee, type Target } from "@pare/quantize";
import { simplify } from "@pare/simplify";
import { createTools } from "../run/tools.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** What would run as integers on a target, if the model were quantized for it. Nothing of it has been run. */
export interface TargetInspection {
  readonly target: string;
  readonly summary: string;
  /** Multiply-adds in integer kernels ÷ all; null where they are unknown or there are none. */
  readonly integerShare: number | null;
  /** Changes between floats and codes in a run. */
  readonly conversions: number;
  /** Relu and Clip that go into the grid before them. */
  readonly folded: number;
  /** In the order of the simplified graph. */
  readonly nodes: readonly NodeInspection[];
  /** Nodes that compute sizes and indices. */
  readonly otherNodes: number;
  readonly notes: readonly string[];
}

export interface NodeInspection {
  /** Its name; the name of what it gives where it has none. */
  readonly node: string;
  readonly op: string;
  readonly kind: "integer" | "moved" | "float";
  readonly kernel: string;
  readonly reason: string;
  readonly macs: number | null;
}

/** Simplifies a copy first, as quantizing does. Reads the weights. */
export async function foreseeFile(file: string, target: Target, terminal: Terminal): Promise<TargetInspection> {
  const model = readModelFile(file);
  await using engine = createOnnxRuntimeEngine();
  const world = { engine, progress: terminal.progress, signal: terminal.signal };
  await runPass(model, simplify, {}, createTools(world, { seed: 0 }));
  return describeForesight(foresee(model, target), target);
}

export function describeForesight(
  { placement, prediction, conversions }: Foresight,
  { name, summary, notes }: Target,
): TargetInspection {
  const described = prediction.nodes
    .filter(({ node }) => !/quantizelinear$/i.test(node.type))
    .map(({ node, kind, kernel, reason, macs }) => ({
      node: node.name === "" ? (node.outputs[0]?.name ?? "") : node.name,
      op: node.op.replace(/^onnx\./, ""),
      ...{ kind, kernel, macs: macs ?? null },
      reason: kind === "float" ? floatReason(placement, node, reason) : reason,
    }));
  const nodes = described.filter(({ reason }) => reason !== noFloats);
  return {
    ...{ target: name, summary, conversions, nodes, notes },
    integerShare: prediction.integerShare ?? null,
    folded: placement.folded.length,
    otherNodes: described.length - nodes.length,
  };
}

/** Why it was not even tried, where it was not. */
function floatReason({ decisions }: Foresight["placement"], node: Node, predicted: string): string {
  const decision = decisions.get(node);
  return decision?.kind === "float" ? decision.reason : predicted;
}

const noFloats = "no float data";
