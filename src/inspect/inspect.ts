import { readModelFile, runtimeNotes } from "@pare/formats";
import { allNodes, cloneModel, type Model, type Value, type ValueType } from "@pare/ir";
import { type Inference, inferTypes, isDeclarable } from "@pare/ops";
import { toInferenceMode } from "@pare/train";
import { filesOf, sizeOf } from "../model/disk.ts";
import { weighModel } from "../model/summary.ts";

/** What is in a model file. Weights are not read. */
export interface Inspection {
  readonly file: string;
  /** Of the file and its external data. */
  readonly sizeBytes: number;
  readonly irVersion: number;
  /** Domain → version; the default domain is "ai.onnx". */
  readonly opsets: Readonly<Record<string, number>>;
  readonly producer: { readonly name: string; readonly version: string };
  /** Over the main graph, subgraphs and functions. */
  readonly nodes: number;
  readonly functions: number;
  readonly parameters: number;
  readonly weightBytes: number;
  /** Multiply-accumulates of one run, on one sample where the batch is free; null where another size is unknown. */
  readonly macs: number | null;
  /** Those that a caller must give. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** Operator → how often, most frequent first. Operators outside the default domain carry theirs: "com.microsoft.Gelu". */
  readonly ops: Readonly<Record<string, number>>;
  /** Operators that nothing is known of: they are carried through untouched. */
  readonly unknownOps: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** What a user should know about the file. */
  readonly notes: readonly string[];
}

export interface Port {
  readonly name: string;
  /** "float32"; for what is no tensor its kind: "sequence". */
  readonly dtype: string | null;
  /** A name where the size is free, null where nothing is known; null as a whole where not even the rank is. */
  readonly shape: readonly (number | string | null)[] | null;
}

/** @throws the faults of a model file */
export function inspectFile(file: string): Inspection {
  const model = readModelFile(file);
  const sizeBytes = sizeOf(filesOf(model, file));
  return { file, sizeBytes, ...inspectModel(model) };
}

export function inspectModel(model: Model): Omit<Inspection, "file" | "sizeBytes"> {
  const inference = inferTypes(model);
  const { nodes, ...weight } = weighModel(model, inference);
  const required = model.graph.inputs.filter(({ origin }) => origin.kind !== "input" || origin.initial === undefined);
  return {
    irVersion: model.formatVersion,
    opsets: Object.fromEntries([...model.opsets].map(([domain, version]) => [domainName(domain), version])),
    producer: model.producer,
    nodes,
    functions: model.functions.length,
    ...weight,
    inputs: required.map((value) => portOf(value, inference)),
    outputs: model.graph.outputs.map((value) => portOf(value, inference)),
    ops: countOps(model),
    unknownOps: inference.unknownOps.map(plainOp),
    metadata: Object.fromEntries(model.metadata),
    notes: notesOn(model, inference),
  };
}

const domainName = (domain: string) => (domain === "onnx" ? "ai.onnx" : domain);
const plainOp = (op: string) => op.replace(/^onnx\./, "");

function portOf(value: Value, inference: Inference): Port {
  const type = inference.type(value);
  const shape = type?.kind === "tensor" || type?.kind === "sparse-tensor" ? type.shape : undefined;
  return { name: value.name, dtype: dtypeName(type), shape: shape?.map((dim) => knownDim(dim) ?? null) ?? null };
}

function dtypeName(type: ValueType | undefined): string | null {
  if (type === undefined) return null;
  return type.kind === "tensor" ? (type.dtype ?? null) : type.kind;
}

function knownDim(dim: number | string | undefined): number | string | undefined {
  return isDeclarable(dim) ? dim : undefined;
}

function countOps(model: Model): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { op } of allNodes(model)) counts.set(plainOp(op), (counts.get(plainOp(op)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)));
}

function notesOn(model: Model, { conflicts, faults }: Inference): readonly string[] {
  const notes: string[] = [...runtimeNotes(model), ...modeNotes(model)];
  if (conflicts.length > 0)
    notes.push(`${conflicts.length} declared shapes cannot be right, such as that of "${conflicts[0]!.value.name}".`);
  for (const { node, message } of faults.slice(0, 3)) notes.push(`${plainOp(node.op)} "${node.name}": ${message}`);
  return notes;
}

function modeNotes(model: Model): readonly string[] {
  const counts = [...toInferenceMode(cloneModel(model))].map(([type, count]) => `${count} ${type}`);
  return counts.length === 0
    ? []
    : [
        `${counts.join(" and ")} in training mode: outputs depend on the whole batch. That is right for a student that is yet to ` +
          "be trained; else export the model in evaluation mode.",
      ];
}
