/**
 * The small steps of shape arithmetic: Gather of one index and the Unsqueeze behind it are a Gather of a list; gathers of
 * the same vector side by side in a Concat are one Gather, or the vector itself; part of a Shape is a Shape of a part
 * where the operator set knows that (15).
 */
import { attr, attrsOf, intAttr, intsAttr, type Node, onlyConsumer, type Value } from "@pare/ir";
import { axisIndex } from "@pare/ops";
import { tensorOf } from "@pare/tensor";
import { bytesFreedBy, freedByUnreading } from "./freed.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";
import { rangeOf, slicePartsOf } from "./slices.ts";

const keepAxis: Rule = {
  ops: ["onnx.Unsqueeze"],
  apply(node, scene) {
    const gather = producerOf(node.inputs[0], "onnx.Gather", node);
    const indices = gather && scene.known(gather.inputs[1]);
    const index = indices?.shape.length === 0 ? indices.elements[0] : undefined;
    const rank = gather && scene.rank(gather.inputs[0]);
    const axes = scene.opset(node) < 13 ? intsAttr(node, "axes") : scene.ints(node.inputs[1]);
    if (gather === undefined || typeof index !== "number" || rank === undefined || axes?.length !== 1) return false;
    const axis = axisIndex(intAttr(gather, "axis", 0), rank);
    if (axis === undefined || axisIndex(axes[0]!, rank) !== axis || gather.outputs[0]!.uses.size > 1) return false;
    const tensor = tensorOf(scene.dtype(gather.inputs[1]) ?? "int64", [1], [BigInt(index)]);
    const data = gather.inputs[0]!;
    if (!scene.ledger.affords(tensor.source.size - bytesFreedBy(node, [data]))) return false;
    return scene.rewrite(node, "merged a Gather and the Unsqueeze behind it", (edit) => {
      const before = node.inputs;
      const list = scene.constantOf(edit, `${node.outputs[0]!.name}_indices`, tensor);
      edit.setOp(node, "onnx.Gather");
      edit.setAttrs(node, attrsOf({ axis: attr.int(axis) }));
      edit.setInputs(node, [data, list]);
      return before;
    });
  },
};

/** One input of a Concat as elements of a vector, in order. */
interface Part {
  readonly data: Value;
  readonly indices: readonly number[];
}

const mergeParts: Rule = {
  ops: ["onnx.Concat"],
  apply(node, scene) {
    if (scene.rank(node.outputs[0]) !== 1) return false;
    const parts = node.inputs.map((input) => partOf(input, node, scene));
    const start = parts.findIndex((part, i) => part !== undefined && parts[i + 1]?.data === part.data);
    if (start < 0) return false;
    const { data } = parts[start]!;
    let end = start;
    while (parts[end]?.data === data) end++;
    const indices = parts.slice(start, end).flatMap((part) => part!.indices);
    const length = scene.shape(data)?.[0];
    const isAll = indices.length === length && indices.every((index, i) => index === i);
    const dead = node.inputs.slice(start, end);
    if (!isAll && !scene.ledger.affords(scene.intsBytes(indices) - freedByUnreading(dead, [data]).bytes)) return false;
    return scene.rewrite(node, "merged gathers of one vector", (edit) => {
      const name = node.outputs[0]!.name;
      const list = () => scene.intsConstant(edit, `${name}_indices`, indices);
      const one = isAll
        ? data
        : edit.node("onnx.Gather", [data, list()], { before: node, name: `${name}_part` }).outputs[0]!;
      scene.learnType(one, { kind: "tensor", dtype: scene.dtype(data), shape: [indices.length] });
      edit.setInputs(node, [...node.inputs.slice(0, start), one, ...node.inputs.slice(end)]);
      return dead;
    });
  },
};

function partOf(value: Value | undefined, user: Node, scene: Scene): Part | undefined {
  const origin = value?.origin;
  if (
    value === undefined ||
    origin?.kind !== "output" ||
    origin.node.graph !== user.graph ||
    onlyConsumer(value) !== user
  )
    return undefined;
  const { node } = origin;
  const data = node.inputs[0];
  if (data === undefined || scene.rank(data) !== 1) return undefined;
  if (node.op === "onnx.Slice") {
    const parts = slicePartsOf(node, scene);
    const range = parts?.length === 1 ? rangeOf(parts[0]!, scene.shape(data)?.[0]) : undefined;
    if (range === undefined || typeof range.end !== "number") return undefined;
    const { start } = range;
    return { data, indices: Array.from({ length: range.end - start }, (_, i) => start + i) };
  }
  const indices =
    node.op === "onnx.Gather" && scene.rank(node.inputs[1]) === 1 ? scene.ints(node.inputs[1]) : undefined;
  const length = scene.shape(data)?.[0];
  if (indices === undefined || typeof length !== "number") return undefined;
  return { data, indices: indices.map((index) => (index < 0 ? index + length : index)) };
}

/** Shape, then some of its sizes: Shape with `start` and `end`. */
const narrowShape: Rule = {
  ops: ["onnx.Gather", "onnx.Slice"],
  apply(node, scene) {
    const shape = producerOf(node.inputs[0], "onnx.Shape", node);
    const rank = shape && scene.rank(shape.inputs[0]);
    if (shape === undefined || rank === undefined || scene.opset(node) < 15) return false;
    if (shape.attrs.has("start") || shape.attrs.has("end")) return false;
    const range = takenRange(node, rank, scene);
    if (range === undefined) return false;
    return scene.rewrite(node, "let a Shape give only the sizes that are read", (edit) => {
      const before = node.inputs;
      edit.setOp(node, "onnx.Shape");
      edit.setAttrs(node, attrsOf({ start: attr.int(range.start), end: attr.int(range.end) }));
      edit.setInputs(node, [shape.inputs[0]]);
      return before;
    });
  },
};

function takenRange(node: Node, rank: number, scene: Scene): { start: number; end: number } | undefined {
  if (node.op === "onnx.Slice") {
    const parts = slicePartsOf(node, scene);
    const range = parts?.length === 1 ? rangeOf(parts[0]!, rank) : undefined;
    return typeof range?.end === "number" ? { start: range.start, end: range.end } : undefined;
  }
  const indices = scene.rank(node.inputs[1]) === 1 ? scene.ints(node.inputs[1]) : undefined;
  const places = indices?.map((index) => (index < 0 ? index + rank : index));
  const start = places?.[0];
  if (places === undefined || start === undefined || !places.every((place, i) => place === start + i)) return undefined;
  return { start, end: start + places.length };
}

function producerOf(value: Value | undefined, op: string, user: Node): Node | undefined {
  const node = value?.origin.kind === "output" ? value.origin.node : undefined;
  return node?.op === op && node.graph === user.graph ? node : undefined;
}

export const mergeGathers: Rewriting = {
  name: "simplify/merge-gathers",
  summary: "Merge the Gather, Slice, Unsqueeze and Concat that shape arithmetic is made of",
  promise: "exact",
  rules: [keepAxis, mergeParts, narrowShape],
};
