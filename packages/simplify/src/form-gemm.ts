/**
 * Products of two matrices: MatMul and the Add behind it are one Gemm; a Transpose before it is one of its flags; an Add
 * behind a Gemm without a bias is its bias.
 */

import { attr, type Dim, intAttr, type Node, onlyConsumer, type Value, withAttrs } from "@pare/ir";
import { equalDims } from "@pare/ops";
import { an } from "./article.ts";
import { canBeGemm } from "./linear.ts";
import { isIdentity, permOfNode } from "./merge-transposes.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const floats = new Set(["float16", "float32", "float64"]);

const addBias: Rule = {
  ops: ["onnx.Add"],
  apply(node, scene) {
    const slot = node.inputs.findIndex((input) => isProduct(input, node, scene));
    const product = node.inputs[slot];
    const bias = node.inputs[1 - slot];
    const producer = product?.origin.kind === "output" ? product.origin.node : undefined;
    const dtype = scene.dtype(product);
    if (producer === undefined || bias === undefined || dtype === undefined || !floats.has(dtype)) return false;
    if (
      !reaches(scene.shape(bias), scene.shape(product)) ||
      !scene.mayRound(node.outputs[0]!, "an Add behind a MatMul")
    )
      return false;
    return scene.rewrite(node, `merged ${an(producer.type)} and the Add behind it into a Gemm`, (edit) => {
      // The product moves to where the Add is: what the bias is made of stands before it.
      const before = [...node.inputs, product];
      const attrs = producer.op === "onnx.Gemm" ? withAttrs(producer.attrs, { beta: undefined }) : new Map();
      const inputs = [producer.inputs[0], producer.inputs[1], bias];
      edit.setOp(node, "onnx.Gemm");
      edit.setAttrs(node, attrs);
      edit.setInputs(node, inputs);
      return before;
    });
  },
};

/** A matrix product that only this node reads, and that has no bias yet. */
function isProduct(value: Value | undefined, user: Node, scene: Scene): boolean {
  if (value?.origin.kind !== "output" || onlyConsumer(value) !== user) return false;
  const { node } = value.origin;
  if (node.graph !== user.graph || user.inputs[0] === user.inputs[1]) return false;
  if (node.op === "onnx.Gemm") return node.inputs[2] === undefined;
  return node.op === "onnx.MatMul" && canBeGemm(node, scene);
}

/** Whether the bias stretches to the product's shape and no further. */
function reaches(bias: readonly Dim[] | undefined, product: readonly Dim[] | undefined): boolean {
  if (bias === undefined || product === undefined || bias.length > product.length) return false;
  const offset = product.length - bias.length;
  return bias.every((size, axis) => size === 1 || equalDims(size, product[axis + offset]) === true);
}

const takeTranspose: Rule = {
  ops: ["onnx.Gemm", "onnx.MatMul"],
  apply(node, scene) {
    const isGemm = node.op === "onnx.Gemm";
    if (!isGemm && !(canBeGemm(node, scene) && scene.opset(node) >= 11)) return false;
    for (const [slot, flag] of [
      [0, "transA"],
      [1, "transB"],
    ] as const) {
      const transpose = transposeOf(node.inputs[slot]);
      if (transpose === undefined || transpose.graph !== node.graph || transpose.outputs[0]!.uses.size > 1) continue;
      const perm = permOfNode(transpose, scene);
      const dtype = scene.dtype(node.inputs[0]);
      if (perm?.length !== 2 || isIdentity(perm) || dtype === undefined || !floats.has(dtype)) continue;
      if (!scene.mayRound(node.outputs[0]!, `a Transpose before ${an(node.type)}`)) return false;
      const flipped = 1 - intAttr(node, flag, 0);
      return scene.rewrite(node, `folded a Transpose into the ${node.type} behind it`, (edit) => {
        const before = node.inputs;
        edit.setOp(node, "onnx.Gemm");
        edit.setAttrs(node, withAttrs(isGemm ? node.attrs : new Map(), { [flag]: attr.int(flipped) }));
        edit.setInputs(
          node,
          before.map((input, i) => (i === slot ? transpose.inputs[0] : input)),
        );
        return before;
      });
    }
    return false;
  },
};

function transposeOf(value: Value | undefined): Node | undefined {
  return value?.origin.kind === "output" && value.origin.node.op === "onnx.Transpose" ? value.origin.node : undefined;
}

export const formGemm: Rewriting = {
  name: "simplify/form-gemm",
  summary: "Merge MatMul and Add, and transposes before them, into Gemm",
  promise: "rounding",
  rules: [addBias, takeTranspose],
};
