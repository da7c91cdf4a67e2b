/**
 * Reshape, an element-by-element function, reshape again: the first reshape is not needed, since the function does not
 * care for the shape. The same for Transpose. What is between may be several such functions, each used once.
 */

import { attr, attrsOf, type Node, onlyConsumer, type Value } from "@pare/ir";
import { equalDims } from "@pare/ops";
import { elementCount, sizeBytes } from "@pare/tensor";
import { an } from "./article.ts";
import { bytesFreedBy } from "./freed.ts";
import { permOfNode } from "./merge-transposes.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";
import { becomeView, isView, planBytes, planView } from "./views.ts";

const unary = new Set(
  [
    ...[
      "Relu",
      "Sigmoid",
      "Tanh",
      "Exp",
      "Log",
      "Sqrt",
      "Abs",
      "Neg",
      "Erf",
      "Elu",
      "Selu",
      "LeakyRelu",
      "HardSigmoid",
    ],
    ...["HardSwish", "Softplus", "Softsign", "Gelu", "Mish", "Celu", "Clip", "Cast", "Reciprocal", "Floor", "Ceil"],
    ...["Round", "Sign", "Not", "Sin", "Cos", "Identity", "ThresholdedRelu"],
  ].map((type) => `onnx.${type}`),
);
const binary = new Set(
  ["Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Greater", "Less", "Equal"].map((type) => `onnx.${type}`),
);

/** The input that the node works on element by element, its other inputs being single numbers. */
function elementwiseInput(node: Node, scene: Scene): Value | undefined {
  if (unary.has(node.op)) return node.inputs[0];
  if (!binary.has(node.op) || node.inputs.length !== 2 || scene.opset(node) < 7) return undefined;
  const isNumber = (value: Value | undefined) => {
    const constant = scene.constant(value);
    return constant !== undefined && elementCount(constant.shape) === 1 && constant.shape.length <= 1;
  };
  const [left, right] = node.inputs;
  const data = isNumber(right) ? left : isNumber(left) ? right : undefined;
  return data !== undefined && (scene.rank(data) ?? 0) >= 1 ? data : undefined;
}

const mostBetween = 8;

interface Between {
  /** Nearest to the last view first. */
  readonly nodes: readonly Node[];
  readonly first: Node;
}

/** The functions before a node, and the node before them that `isFirst` accepts; each serves only the next. */
function between(node: Node, scene: Scene, isFirst: (node: Node) => boolean): Between | undefined {
  const nodes: Node[] = [];
  for (let user = node, value = node.inputs[0]; value !== undefined && nodes.length <= mostBetween; ) {
    if (value.origin.kind !== "output" || onlyConsumer(value) !== user || value.graph !== node.graph) return undefined;
    const made = value.origin.node;
    if (made.outputs.length > 1) return undefined;
    if (isFirst(made)) return nodes.length > 0 ? { nodes, first: made } : undefined;
    const input = elementwiseInput(made, scene);
    if (input === undefined) return undefined;
    nodes.push(made);
    user = made;
    value = input;
  }
  return undefined;
}

const sinkReshape: Rule = {
  ops: ["Reshape", "Flatten", "Squeeze", "Unsqueeze"].map((type) => `onnx.${type}`),
  apply(node, scene) {
    const found = between(node, scene, (each) => isView(each, scene));
    const source = found?.first.inputs[0];
    const shape = scene.shape(source);
    const after = scene.shape(node.outputs[0]);
    if (found === undefined || source === undefined || shape === undefined || after === undefined || shape.length === 0)
      return false;
    const same = shape.length === after.length && shape.every((dim, i) => equalDims(dim, after[i]) === true);
    const plan = planView(shape, after, scene.opset(node), scene);
    if (plan === undefined) return false;
    const freed = bytesFreedBy(node, [source]) - constantsOf(found.nodes, scene);
    if (!same && !scene.ledger.affords(planBytes(plan, scene) - freed)) return false;
    return scene.rewrite(node, `removed ${an(found.first.type)} before functions of single elements`, (edit) => {
      const before = node.inputs;
      readInstead(found, source, shape, scene, edit);
      if (!same) becomeView(edit, node, plan, node.inputs[0]!, scene);
      else {
        edit.setOp(node, "onnx.Identity");
        edit.setAttrs(node, new Map());
        edit.setInputs(node, [node.inputs[0]]);
      }
      return [...before, found.first.outputs[0]];
    });
  },
};

/** Constants of the functions between stay: they are not freed. */
function constantsOf(nodes: readonly Node[], scene: Scene): number {
  const constants = nodes.flatMap((node) => node.inputs.map((input) => scene.constant(input)));
  return constants.reduce((sum, tensor) => sum + (tensor === undefined ? 0 : sizeBytes(tensor)), 0);
}

const sinkTranspose: Rule = {
  ops: ["onnx.Transpose"],
  apply(node, scene) {
    const found = between(node, scene, (each) => each.op === "onnx.Transpose");
    const source = found?.first.inputs[0];
    const shape = scene.shape(source);
    const first = found && permOfNode(found.first, scene);
    const second = permOfNode(node, scene);
    if (
      found === undefined ||
      source === undefined ||
      shape === undefined ||
      first === undefined ||
      second === undefined
    )
      return false;
    return scene.rewrite(node, "removed a Transpose before functions of single elements", (edit) => {
      readInstead(found, source, shape, scene, edit);
      edit.setAttrs(node, attrsOf({ perm: attr.ints(second.map((axis) => first[axis]!)) }));
      return [found.first.outputs[0]];
    });
  },
};

/** The functions work on the source itself: their outputs have its shape now. */
function readInstead(
  { nodes, first }: Between,
  source: Value,
  shape: NonNullable<ReturnType<Scene["shape"]>>,
  scene: Scene,
  edit: Parameters<Parameters<Scene["rewrite"]>[2]>[0],
): void {
  const viewed = first.outputs[0];
  for (const each of nodes) {
    const output = each.outputs[0]!;
    const type = { kind: "tensor", dtype: scene.dtype(output), shape } as const;
    edit.setInputs(
      each,
      each.inputs.map((input) => (input === viewed ? source : input)),
    );
    edit.retype(output, output.type === undefined ? undefined : { ...type, shape: undefined });
    edit.rename(output, `${output.name}_unviewed`);
    scene.learnType(output, type);
  }
}

export const sinkViews: Rewriting = {
  name: "simplify/sink-views",
  summary: "Remove a Reshape or Transpose before functions of single elements that another one follows",
  promise: "exact",
  rules: [sinkReshape, sinkTranspose],
};
