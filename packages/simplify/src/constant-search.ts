/** Which values of a model are the same in every run, and which of them to write down. */
import { type Graph, isGraphOutput, type Node, subgraphs, type Value } from "@pare/ir";
import { isNondeterministic, specOf } from "@pare/ops";
import { byteSize, type DType, dtypes, elementCount, type Tensor, tensorOf } from "@pare/tensor";
import { freedBy } from "./freed.ts";
import { hasReference } from "./rule.ts";
import type { Scene } from "./scene.ts";

/** One fold adds at most this, and then only where the model has become smaller elsewhere. */
const mostAddedBytes = 64 * 1024;

/** Finds what is known before running, and which of it to write down. */
export class ConstantSearch {
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
    const bytes = this.bytesOf(value);
    if (bytes === undefined) return this.#isBounded(node);
    const freed = freedBy(node);
    const isAlone = isGraphOutput(value) && freed.nodes === 1;
    return !isAlone && bytes <= this.#maxBytes && isAffordable(bytes - freed.bytes, this.scene);
  }

  /** Bytes of a value of known type and shape. */
  bytesOf(value: Value): number | undefined {
    const shape = this.scene.shape(value);
    const dtype = this.scene.dtype(value);
    if (dtype === undefined || !shape?.every((dim) => typeof dim === "number")) return undefined;
    return byteSize(dtype, elementCount(shape));
  }

  /** Of unknown size, but not more than a few times what goes in: NonZero of a small mask, Unique. */
  #isBounded(node: Node): boolean {
    if (growing.has(node.op)) return false;
    return node.inputs.every((input) => input === undefined || (this.bytesOf(input) ?? Infinity) <= mostAddedBytes);
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
    // Too large to be held, also on the way to a smaller result: a few bytes of file may ask for gigabytes.
    if ((this.bytesOf(value) ?? 0) > this.#maxBytes) return false;
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
export function writtenDown(value: Value, scene: Scene): Tensor | undefined {
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

export function isAffordable(net: number, scene: Scene): boolean {
  return net <= 0 || (net <= mostAddedBytes && scene.ledger.affords(net));
}
