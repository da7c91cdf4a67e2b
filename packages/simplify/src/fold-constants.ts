/**
 * Nodes that compute the same in every run become constants:
 * 1. integers that shape arithmetic knows (a Shape of fixed sizes, the sum of two) are written down as they are;
 * 2. everything else is computed by the runtime itself, all in one run of a model of these nodes alone, so that its bits
 *    are those that the runtime would have come to;
 * 3. parameter bytes never grow beyond what the model had, and a single fold adds little: a Tile that repeats a weight is
 *    left. Weights stored in few bits (behind DequantizeLinear) stay so.
 */
import {
  attr,
  attrsOf,
  createGraphBuilder,
  createModel,
  type Graph,
  isGraphOutput,
  type Node,
  subgraphs,
  type Value,
} from "@pare/ir";
import { isNondeterministic, specOf } from "@pare/ops";
import { byteSize, type DType, dtypes, elementCount, sizeBytes, type Tensor, tensorOf } from "@pare/tensor";
import { freedBy } from "./freed.ts";
import { hasReference } from "./rule.ts";
import { nameOf, type Scene } from "./scene.ts";
import type { Step } from "./step.ts";

/** One fold adds at most this, and then only where the model has become smaller elsewhere. */
const mostAddedBytes = 64 * 1024;
/** Larger results are left to the runtime: they would have to be held in memory. */
export const defaultMaxFoldBytes = 256 * 1024 * 1024;

export function foldConstantsStep(maxFoldBytes: number): Step {
  return {
    name: "simplify/fold-constants",
    summary: "Compute once what is the same in every run",
    promise: "exact",
    run: async (scene) => {
      const search = new Search(scene, maxFoldBytes);
      const chosen = search.choose();
      const results = await compute(chosen, scene);
      for (const value of chosen) {
        const tensor = results.get(value);
        if (tensor !== undefined) commit(value, tensor, scene);
      }
    },
  };
}

/** Finds what is known before running, and which of it to write down. */
class Search {
  readonly scene: Scene;
  readonly #maxBytes: number;
  readonly #constant = new Map<Value, boolean>();

  constructor(scene: Scene, maxBytes: number) {
    this.scene = scene;
    this.#maxBytes = maxBytes;
  }

  /** Values known and read by something that is not, or the nearest before them that can be afforded; in order. */
  choose(): readonly Value[] {
    const chosen = new Set<Value>();
    this.#visit(this.scene.model.graph, chosen);
    return [...chosen];
  }

  #visit(graph: Graph, chosen: Set<Value>): void {
    for (const node of graph.nodes) {
      for (const inner of subgraphs(node)) this.#visit(inner, chosen);
      if (node.op === "onnx.Constant") continue;
      for (const output of node.outputs)
        if (this.isConstant(output) && this.#isBoundary(output)) this.#take(output, chosen);
    }
  }

  #isBoundary(value: Value): boolean {
    for (const use of value.uses)
      if (use.kind === "output" || !use.node.outputs.every((each) => this.isConstant(each))) return true;
    return false;
  }

  #take(value: Value, chosen: Set<Value>): void {
    if (value.origin.kind !== "output" || value.origin.node.op === "onnx.Constant" || chosen.has(value)) return;
    const { node } = value.origin;
    if (!this.scene.tools.selects(node)) return;
    if (this.#pays(value, node)) chosen.add(value);
    else for (const input of node.inputs) if (input !== undefined && this.isConstant(input)) this.#take(input, chosen);
  }

  #pays(value: Value, node: Node): boolean {
    const bytes = this.#bytesOf(value);
    if (bytes === undefined) return this.#isBounded(node);
    const freed = freedBy(node);
    const isAlone = isGraphOutput(value) && freed.nodes === 1;
    return !isAlone && bytes <= this.#maxBytes && isAffordable(bytes - freed.bytes, this.scene);
  }

  #bytesOf(value: Value): number | undefined {
    const shape = this.scene.shape(value);
    const dtype = this.scene.dtype(value);
    if (dtype === undefined || !shape?.every((dim) => typeof dim === "number")) return undefined;
    return byteSize(dtype, elementCount(shape));
  }

  /** Of unknown size, but not more than a few times what goes in: NonZero of a small mask, Unique. */
  #isBounded(node: Node): boolean {
    if (growing.has(node.op)) return false;
    return node.inputs.every((input) => input === undefined || (this.#bytesOf(input) ?? Infinity) <= mostAddedBytes);
  }

  /** Whether the value is the same in every run. */
  isConstant(value: Value): boolean {
    const found = this.#constant.get(value);
    if (found !== undefined) return found;
    this.#constant.set(value, false);
    const answer = this.#decide(value);
    this.#constant.set(value, answer);
    return answer;
  }

  #decide(value: Value): boolean {
    if (this.scene.constant(value) !== undefined) return true;
    if (value.origin.kind !== "output" || value.name === "") return false;
    const { node } = value.origin;
    if (!this.scene.holdsConstants(node.graph)) return false;
    return (
      writtenDown(value, this.scene) !== undefined ||
      (isFoldable(node) && node.inputs.every((input) => input === undefined || this.isConstant(input)))
    );
  }
}

/** The runtime never folds DequantizeLinear either: the weights would take four times the space. */
const kept = new Set(["onnx.DequantizeLinear", "onnx.Constant", "com.microsoft.DequantizeLinear"]);
const growing = new Set(
  ["Tile", "Expand", "Range", "ConstantOfShape", "Resize", "Upsample", "Pad", "OneHot"].map((type) => `onnx.${type}`),
);

function isFoldable(node: Node): boolean {
  if (specOf(node.op) === undefined || isNondeterministic(node) || kept.has(node.op) || hasReference(node))
    return false;
  return subgraphs(node).length === 0 && node.inputs.length > 0;
}

/** A tensor of integers that inference knows to the last element. */
function writtenDown(value: Value, scene: Scene): Tensor | undefined {
  const known = scene.known(value);
  const dtype = scene.dtype(value);
  const elements = scene.ints(value);
  if (known === undefined || elements === undefined || dtype === undefined || !isWhole(dtype)) return undefined;
  // Saturated 64-bit integers stand for larger ones.
  if (!elements.every((each) => Number.isInteger(each) && Math.abs(each) < Number.MAX_SAFE_INTEGER)) return undefined;
  return tensorOf(dtype, known.shape, elements.map(BigInt));
}

function isWhole(dtype: DType): boolean {
  const { kind, bits } = dtypes[dtype];
  return kind === "bool" || ((kind === "int" || kind === "uint") && bits >= 8);
}

function isAffordable(net: number, scene: Scene): boolean {
  return net <= 0 || (net <= mostAddedBytes && scene.ledger.affords(net));
}

async function compute(chosen: readonly Value[], scene: Scene): Promise<ReadonlyMap<Value, Tensor>> {
  const results = new Map<Value, Tensor>();
  const toRun: Value[] = [];
  for (const value of chosen) {
    const tensor = writtenDown(value, scene);
    if (tensor !== undefined) results.set(value, tensor);
    else if (!scene.refused.has(value)) toRun.push(value);
  }
  await runAll(toRun, scene, results);
  return results;
}

/** Where the runtime refuses, halves are tried: what it cannot compute is left, and everything else is not. */
async function runAll(values: readonly Value[], scene: Scene, results: Map<Value, Tensor>): Promise<void> {
  if (values.length === 0) return;
  scene.tools.signal.throwIfAborted();
  const { model, names } = modelOf(values, scene);
  try {
    const outputs = await scene.tools.run(model, new Map());
    for (const value of values) {
      const tensor = outputs.get(names.get(value)!);
      if (tensor !== undefined) results.set(value, tensor);
    }
  } catch {
    scene.tools.signal.throwIfAborted();
    if (values.length === 1) {
      scene.refused.add(values[0]!);
      scene.leave("left a constant expression that the runtime does not compute", values[0]!.name);
      return;
    }
    const half = values.length >> 1;
    await runAll(values.slice(0, half), scene, results);
    await runAll(values.slice(half), scene, results);
  }
}

/** A model of the nodes behind `values`, without inputs. Names are its own: different graphs may use one twice. */
function modelOf(values: readonly Value[], scene: Scene) {
  const builder = createGraphBuilder("constants");
  const names = new Map<Value, string>();
  const done = new Set<Node>();
  const nameFor = (value: Value): string => {
    const name = names.get(value) ?? `v${names.size}`;
    names.set(value, name);
    return name;
  };
  const add = (value: Value): void => {
    if (names.has(value)) return;
    const tensor = scene.constant(value) ?? writtenDown(value, scene);
    if (tensor !== undefined) builder.constant({ name: nameFor(value), tensor });
    else if (value.origin.kind === "output") addNode(value.origin.node);
  };
  const addNode = (node: Node): void => {
    if (done.has(node)) return;
    done.add(node);
    for (const input of node.inputs) if (input !== undefined) add(input);
    builder.node({
      domain: node.domain,
      type: node.type,
      name: node.name,
      inputs: node.inputs.map((input) => (input === undefined ? "" : nameFor(input))),
      outputs: node.outputs.map((output) => (output.name === "" ? "" : nameFor(output))),
      attrs: node.attrs,
    });
  };
  for (const value of values) if (value.origin.kind === "output") addNode(value.origin.node);
  const outputs = values.map((value) => {
    const dtype = scene.dtype(value);
    return { name: nameFor(value), type: dtype && ({ kind: "tensor", dtype, shape: undefined } as const) };
  });
  const { opsets, formatVersion } = scene.model;
  return {
    model: createModel({ graph: builder.finish(outputs), opsets, formatVersion: Math.max(formatVersion, 4) }),
    names,
  };
}

/** Puts the tensor where the value was read. A graph output needs a node that gives it: a Constant. */
function commit(value: Value, tensor: Tensor, scene: Scene): void {
  if (value.origin.kind !== "output") return;
  const { node } = value.origin;
  const freed = freedBy(node);
  if (!isAffordable(sizeBytes(tensor) - freed.bytes, scene)) {
    scene.leave(`left a constant ${node.type}: as a constant it would take more space`, nameOf(node));
    return;
  }
  if (isGraphOutput(value) && freed.nodes === 1) return;
  scene.rewrite(node, "folded constant expressions", (edit) => {
    if (!isGraphOutput(value)) {
      const { name } = value;
      edit.rename(value, `${name}_computed`);
      scene.replace(edit, value, scene.constantOf(edit, name, tensor, value.graph));
      return [value];
    }
    scene.ledger.spent(tensor);
    const made = edit.node("onnx.Constant", [], {
      attrs: attrsOf({ value: attr.tensor(tensor) }),
      before: node,
      name: node.name,
    });
    scene.replace(edit, value, made.outputs[0]!);
    return [value];
  });
}
