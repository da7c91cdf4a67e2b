/** Every value of a model as ONNX Runtime gives it, compared with what inference says of it. */
import { encodeModel } from "@pare/formats";
import type { Model, Value, ValueType } from "@pare/ir";
import { type Inference, inferTypes, isMadeUp, shapeOf, substituteDim, symbolsOf } from "@pare/ops";
import { requiredInputs, type SampleCase, sampleCases, sizeChoices } from "@pare/pass";
import { type DType, isDType, stringBytes, type Tensor, tensorBytes } from "@pare/tensor";
import * as ort from "onnxruntime-node";

export interface Comparison {
  /** Sets of input sizes that the runtime took. */
  readonly runs: number;
  /** Sizes that were compared, over all runs and values. */
  readonly sizes: number;
  /** Known elements that were compared. */
  readonly elements: number;
  /** Sizes that inference knows nothing of, in the last run. */
  readonly open: number;
  readonly wrong: readonly string[];
  /** Why the runtime does not load the model at all. */
  readonly refused?: string;
}

/** Runs the model with several choices of its free sizes; all values of its main graph become outputs (of the model given). */
export async function compareWithRuntime(model: Model, mostRuns = 3): Promise<Comparison> {
  const inference = inferTypes(model);
  exposeValues(model, inference);
  const session = await openSession(model);
  if (typeof session === "string") return { runs: 0, sizes: 0, elements: 0, open: 0, wrong: [], refused: session };
  const tally = { runs: 0, sizes: 0, elements: 0, open: 0, wrong: [] as string[] };
  const tried = new Set<string>();
  for (const choose of sizeChoices) {
    const sample = sampleCases(model, 1, choose)?.at(-1);
    const shapes = JSON.stringify([...(sample?.inputs ?? [])].map(([, tensor]) => tensor.shape));
    if (sample === undefined || tried.has(shapes) || tally.runs === mostRuns || isTiny(model, sample)) continue;
    tried.add(shapes);
    const results = await tryRun(session, sample);
    if (results === undefined) continue;
    tally.runs++;
    compareRun(model, inference, sample, results, tally);
  }
  await session.release();
  return tally;
}

async function openSession(model: Model): Promise<ort.InferenceSession | string> {
  try {
    const options = { logSeverityLevel: 4, graphOptimizationLevel: "disabled" } as const;
    return await ort.InferenceSession.create(encodeModel(model), options);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Images smaller than a window: there the runtime rounds (size − kernel) / stride towards zero and gives one element where
 * the operator's definition gives none.
 */
function isTiny(model: Model, sample: SampleCase): boolean {
  return requiredInputs(model).some((input) => {
    const shape = sample.inputs.get(input.name)?.shape ?? [];
    const declared = shapeOf(input.type) ?? [];
    return shape.length >= 4 && shape.some((size, axis) => axis > 0 && typeof declared[axis] !== "number" && size < 32);
  });
}

const plain: readonly (DType | undefined)[] = [
  "float32",
  "float64",
  "int64",
  "int32",
  "int16",
  "int8",
  "uint8",
  "bool",
];

function exposeValues(model: Model, inference: Inference): void {
  const { graph } = model;
  graph.edit("observe", (edit) => {
    for (const node of graph.nodes)
      for (const value of node.outputs) {
        const type = inference.type(value);
        const readable = type?.kind === "tensor" && plain.includes(type.dtype);
        if (value.name !== "" && readable && !graph.outputs.includes(value)) edit.output(value);
      }
  });
}

async function tryRun(session: ort.InferenceSession, sample: SampleCase) {
  const feeds = Object.fromEntries([...sample.inputs].map(([name, tensor]) => [name, fed(tensor)]));
  try {
    return await session.run(feeds);
  } catch {
    return undefined;
  }
}

function fed({ dtype, shape, ...tensor }: Tensor): ort.Tensor {
  if (dtype === "string") {
    const strings = stringBytes({ dtype, shape, ...tensor }).map((bytes) => new TextDecoder().decode(bytes));
    return new ort.Tensor("string", strings, shape);
  }
  const { buffer } = tensorBytes({ dtype, shape, ...tensor }).slice();
  if (dtype === "float32") return new ort.Tensor(dtype, new Float32Array(buffer), shape);
  if (dtype === "float64") return new ort.Tensor(dtype, new Float64Array(buffer), shape);
  if (dtype === "int64") return new ort.Tensor(dtype, new BigInt64Array(buffer), shape);
  if (dtype === "int32") return new ort.Tensor(dtype, new Int32Array(buffer), shape);
  if (dtype === "bool" || dtype === "uint8") return new ort.Tensor(dtype, new Uint8Array(buffer), shape);
  if (dtype === "float16") return new ort.Tensor(dtype, new Uint16Array(buffer), shape);
  throw new Error(`no way to feed ${dtype}`);
}

interface Tally {
  sizes: number;
  elements: number;
  open: number;
  readonly wrong: string[];
}

function compareRun(
  model: Model,
  inference: Inference,
  sample: SampleCase,
  results: ort.InferenceSession.OnnxValueMapType,
  tally: Tally,
): void {
  const sizes = new Map<string, number>();
  for (const input of requiredInputs(model))
    learnSizes(inference.type(input), sample.inputs.get(input.name)?.shape ?? [], sizes);
  tally.open = 0;
  for (const node of model.graph.nodes)
    for (const value of node.outputs) {
      const seen = results[value.name];
      if (!(seen instanceof ort.Tensor)) continue;
      const report = (what: string) => tally.wrong.push(`${node.type} "${value.name}": ${what}`);
      compareType(inference.type(value), seen, sizes, tally, report);
      compareElements(value, inference, seen, sizes, tally, report);
    }
}

/** A size that is one name and nothing else is what the run made of it. */
function learnSizes(type: ValueType | undefined, shape: readonly number[], sizes: Map<string, number>): void {
  for (const [axis, dim] of (shapeOf(type) ?? []).entries()) {
    const [name, ...others] = symbolsOf(dim);
    const isName = name !== undefined && others.length === 0 && (dim === name || dim === `\`${name}\``);
    const size = shape[axis];
    if (isName && size !== undefined && !sizes.has(name)) sizes.set(name, size);
  }
}

function compareType(
  type: ValueType | undefined,
  seen: ort.Tensor,
  sizes: Map<string, number>,
  tally: Tally,
  report: (what: string) => void,
): void {
  const dtype = type?.kind === "tensor" ? type.dtype : undefined;
  if (isDType(seen.type) && dtype !== undefined && dtype !== seen.type) report(`${dtype}, seen ${seen.type}`);
  const shape = shapeOf(type);
  if (shape === undefined) {
    tally.open += Math.max(1, seen.dims.length);
    return;
  }
  if (shape.length !== seen.dims.length) report(`rank ${shape.length}, seen ${seen.dims.length}`);
  learnSizes(type, seen.dims, sizes);
  for (const [axis, dim] of shape.entries()) {
    const size = substituteDim(dim, sizes);
    if ([...symbolsOf(dim)].some(isMadeUp)) tally.open++;
    if (typeof size === "string") continue;
    tally.sizes++;
    if (size !== seen.dims[axis]) report(`axis ${axis} is ${dim} = ${size}, seen ${seen.dims[axis]}`);
  }
}

function compareElements(
  value: Value,
  inference: Inference,
  seen: ort.Tensor,
  sizes: ReadonlyMap<string, number>,
  tally: Tally,
  report: (what: string) => void,
): void {
  const known = inference.ints(value);
  if (known === undefined || seen.type === "string") return;
  for (const [i, element] of known.elements.entries()) {
    const expected = substituteDim(element, sizes);
    if (typeof expected !== "number" || Math.abs(expected) === Number.MAX_SAFE_INTEGER) continue;
    tally.elements++;
    const got = Number(seen.data[i]);
    const near = Math.abs(got - expected) <= 1e-6 * Math.abs(expected);
    if (!near && !Object.is(got, expected) && got !== expected)
      report(`element ${i} is ${element} = ${expected}, seen ${got}`);
  }
}
