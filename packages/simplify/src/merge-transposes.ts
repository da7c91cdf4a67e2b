/** Transpose of Transpose is one Transpose, or none; a Transpose that moves nothing goes. */
import { attr, attrsOf, type Node, type Value } from "@pare/ir";
import { bypass, servesOnly } from "./bypass.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";
import { permOf } from "./views.ts";

const dropNoOp: Rule = {
  ops: ["onnx.Transpose"],
  inFunctions: true,
  apply(node, scene) {
    const perm = permOf(node, scene.rank(node.inputs[0]));
    if (perm === undefined || !isIdentity(perm)) return false;
    return bypass(node, node.inputs[0], scene, "removed a Transpose that moves nothing");
  },
};

const mergePair: Rule = {
  ops: ["onnx.Transpose"],
  inFunctions: true,
  apply(node, scene) {
    const inner = transposeBefore(node);
    const source = inner?.inputs[0];
    if (inner === undefined || source === undefined) return false;
    const rank = scene.rank(source);
    const first = permOf(inner, rank);
    const second = permOf(node, rank);
    if (first === undefined || second === undefined || first.length !== second.length) return false;
    const merged = second.map((axis) => first[axis]!);
    if (isIdentity(merged)) return bypass(node, source, scene, "removed a Transpose that undoes the one before it");
    if (!servesOnly(inner.outputs[0]!, (reader) => reader.op === node.op)) return false;
    return scene.rewrite(node, "merged a Transpose with the one before it", (edit) => {
      edit.setAttrs(node, attrsOf({ perm: attr.ints(merged) }));
      edit.setInputs(node, [source]);
      return inner.outputs;
    });
  },
};

export const mergeTransposes: Rewriting = {
  name: "simplify/merge-transposes",
  summary: "Merge chains of Transpose, and remove those that move nothing",
  promise: "exact",
  rules: [dropNoOp, mergePair],
};

export function isIdentity(perm: readonly number[]): boolean {
  return perm.every((axis, i) => axis === i);
}

/** The permutation that puts back what `perm` moved. */
export function inverse(perm: readonly number[]): readonly number[] {
  return perm.map((_, axis) => perm.indexOf(axis));
}

export function transposeBefore(node: Node): Node | undefined {
  const value: Value | undefined = node.inputs[0];
  const made = value?.origin.kind === "output" ? value.origin.node : undefined;
  return made?.op === "onnx.Transpose" && made.graph === node.graph ? made : undefined;
}

/** The permutation of a Transpose node, filled in where it is left out. */
export function permOfNode(node: Node, scene: Scene): readonly number[] | undefined {
  return permOf(node, scene.rank(node.inputs[0]));
}
