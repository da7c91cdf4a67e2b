/**
 * Nodes that compute the same are computed once: same operator, attributes and inputs, no subgraphs, no random numbers;
 * or small integers that inference knows to be equal, such as the batch size read from two different tensors. A node may
 * be shared by what comes after it in its graph and by the subgraphs of that.
 */
import { type Attr, type Graph, isReplaceable, type Node, subgraphs, type Use, type Value } from "@pare/ir";
import { isNondeterministic } from "@pare/ops";
import { isInteger, type Tensor, tensorBytes } from "@pare/tensor";
import { hasReference, isAlive, rootGraphs } from "./rule.ts";
import { nameOf, type Scene } from "./scene.ts";
import type { Step } from "./step.ts";

export const shareSubexpressions: Step = {
  name: "simplify/share-subexpressions",
  summary: "Compute the same expression once",
  promise: "exact",
  run(scene) {
    for (const graph of rootGraphs(scene.model)) shareIn(graph, scene, undefined, new Numbering());
  },
};

/** Numbers for values, so that keys are short. */
class Numbering {
  readonly #numbers = new Map<Value, number>();

  of(value: Value | undefined): number {
    if (value === undefined) return -1;
    const found = this.#numbers.get(value) ?? this.#numbers.size;
    this.#numbers.set(value, found);
    return found;
  }
}

interface Visible {
  readonly nodes: Map<string, Node>;
  readonly outer: Visible | undefined;
}

function shareIn(graph: Graph, scene: Scene, outer: Visible | undefined, numbering: Numbering): void {
  const visible: Visible = { nodes: new Map(), outer };
  for (const node of graph.nodes) {
    const inner = subgraphs(node);
    for (const each of inner) shareIn(each, scene, visible, numbering);
    if (inner.length > 0 || !isShareable(node) || !scene.tools.selects(node)) continue;
    for (const key of [knownKey(node, scene), keyOf(node, numbering)]) {
      const first = key === undefined ? undefined : find(visible, key);
      if (key === undefined) continue;
      // Sharing may have left the first one without a use, and so removed.
      if (first === undefined || !isAlive(first)) visible.nodes.set(key, node);
      else if (share(node, first, scene)) break;
    }
  }
}

/** For integers that are known as expressions of sizes, every one of them: equal texts are equal sizes. */
function knownKey(node: Node, scene: Scene): string | undefined {
  const [output, ...others] = node.outputs;
  const known = output && scene.known(output);
  const dtype = output && scene.dtype(output);
  if (known === undefined || dtype === undefined || others.length > 0 || !isInteger(dtype)) return undefined;
  if (known.elements.length === 0 || known.elements.includes(undefined)) return undefined;
  return `known ${dtype} [${known.shape.join(",")}] ${known.elements.join(";")}`;
}

function find(visible: Visible | undefined, key: string): Node | undefined {
  for (let at = visible; at !== undefined; at = at.outer) {
    const found = at.nodes.get(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isShareable(node: Node): boolean {
  return !isNondeterministic(node) && node.op !== "onnx.Constant" && !hasReference(node);
}

const commutative = new Set(["onnx.Add", "onnx.Mul", "onnx.And", "onnx.Or", "onnx.Xor", "onnx.Equal"]);
const largestTensor = 4096;

/** Equal for nodes that compute the same; undefined where that cannot be told cheaply. */
function keyOf(node: Node, numbering: Numbering): string | undefined {
  const inputs = node.inputs.map((input) => numbering.of(input));
  if (commutative.has(node.op)) inputs.sort((a, b) => a - b);
  const attrs: string[] = [];
  for (const [name, attr] of node.attrs) {
    const text = attrText(attr);
    if (text === undefined) return undefined;
    attrs.push(`${name}=${text}`);
  }
  const named = node.outputs.map((output) => (output.name === "" ? "0" : "1")).join("");
  return [node.op, node.overload, inputs.join(","), named, ...attrs.sort()].join("|");
}

function attrText(attr: Attr): string | undefined {
  switch (attr.kind) {
    case "int":
      return `${attr.value}`;
    case "float":
      return Object.is(attr.value, -0) ? "-0." : `${attr.value}.`;
    case "ints":
      return `[${attr.values.join(",")}]`;
    case "floats":
      return `[${attr.values.map((each) => (Object.is(each, -0) ? "-0" : each)).join(",")}].`;
    case "string":
      return `"${Buffer.from(attr.value).toString("hex")}"`;
    case "strings":
      return `["${attr.values.map((each) => Buffer.from(each).toString("hex")).join(",")}"]`;
    case "tensor":
      return tensorText(attr.tensor);
    default:
      return undefined;
  }
}

function tensorText(tensor: Tensor): string | undefined {
  if (tensor.source.size > largestTensor) return undefined;
  return `${tensor.dtype}[${tensor.shape.join(",")}]${Buffer.from(tensorBytes(tensor)).toString("hex")}`;
}

function share(node: Node, first: Node, scene: Scene): boolean {
  if (node === first) return false;
  const movable = node.outputs.map((output, i) => usesToMove(output, first.outputs[i]!));
  if (movable.every((uses) => uses.size === 0)) return false;
  node.graph.edit(scene.label, (edit) => {
    node.outputs.forEach((output, i) => {
      const uses = movable[i]!;
      if (uses.size > 0) edit.replaceUses(output, first.outputs[i]!, (use) => uses.has(use));
    });
    scene.drop(edit, node.outputs);
  });
  scene.changed(`let one ${first.type} serve where the same was computed twice`, nameOf(node));
  return true;
}

/** All uses, or without those as a graph output where the other value cannot be one. */
function usesToMove(of: Value, by: Value): ReadonlySet<Use> {
  if (isReplaceable(of, by)) return of.uses.size > 0 ? new Set(of.uses) : new Set();
  return new Set([...of.uses].filter((use) => use.kind === "input"));
}
