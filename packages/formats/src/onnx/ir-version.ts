import { type Attr, allGraphs, type Graph, type Model } from "@pare/ir";
import { irVersionOf } from "./dtypes.ts";
import { allTensors } from "./tensors.ts";

/** The IR version that brought what a model uses (onnx.proto, `Version`). Those of element types: `dtypes.ts`. */
const since = {
  opsets: 3,
  constantsApartFromInputs: 4,
  sparseTensors: 6,
  functions: 8,
  functionDefaults: 9,
  overloads: 10,
} as const;

/** The newest version that ONNX Runtime 1.30 loads; later files are read, changed and written all the same. */
export const newestRunnableIrVersion = 13;

/** The lowest IR version in which the model can be said. */
export function neededIrVersion(model: Model): number {
  let needed: number = since.opsets;
  const need = (version: number) => {
    needed = Math.max(needed, version);
  };
  for (const graph of allGraphs(model)) for (const version of graphNeeds(graph)) need(version);
  for (const { tensor } of allTensors(model)) need(irVersionOf(tensor.dtype));
  for (const { overload, defaults } of model.functions) {
    need(defaults.size > 0 ? since.functionDefaults : since.functions);
    if (overload !== "") need(since.overloads);
  }
  return needed;
}

function* graphNeeds(graph: Graph): Generator<number> {
  for (const { origin, type } of graph.values) {
    if (origin.kind === "constant") yield since.constantsApartFromInputs;
    if (origin.kind === "sparse-constant") yield since.sparseTensors;
    if (type?.kind === "tensor" && type.dtype !== undefined) yield irVersionOf(type.dtype);
  }
  for (const node of graph.nodes) {
    if (node.overload !== "") yield since.overloads;
    for (const attr of node.attrs.values()) yield attrNeeds(attr);
  }
}

function attrNeeds({ kind }: Attr): number {
  return kind.startsWith("sparse") ? since.sparseTensors : 1;
}

/** What a user should know about a model file before running it. */
export function runtimeNotes(model: Model): readonly string[] {
  const { formatVersion } = model;
  if (formatVersion <= newestRunnableIrVersion) return [];
  return [
    `IR version ${formatVersion} is newer than ${newestRunnableIrVersion}, the newest that ONNX Runtime loads: ` +
      "the model can be changed and written, not run",
  ];
}
