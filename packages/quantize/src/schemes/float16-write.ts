/**
 * Writes a plan into the graph.
 *
 * 1. A value has the type that its producer computes in; a constant has that of its readers, and is stored twice where
 *    they differ. Where a reader wants the other type there is one Cast for all that do, in the graph of the value.
 * 2. What reads any type (Cast, Shape, Size) gets no Cast: so Casts never stand behind one another.
 * 3. Inputs and outputs of the model, of branches and of loops stay float32, or those of the model become float16.
 */
import {
  attr,
  attrsOf,
  type Edit,
  graphsWithin,
  isReplaceable,
  type Model,
  type Node,
  type Use,
  type Value,
  withAttrs,
} from "@pare/ir";
import { constantOfNode, type Inference } from "@pare/ops";
import { type Tensor, tensorOf } from "@pare/tensor";
import { toHalf } from "./float16-constants.ts";
import { type HalfPlan, isFloat32 } from "./float16-plan.ts";
import {
  castTarget,
  isFixedInput,
  isFixedOutput,
  takesAnyType,
  takesBounds,
  toFloat16,
  typeCodes,
} from "./float16-rules.ts";

type Precision = "float16" | "float32";
export type Ports = Precision;

interface HalfWriting {
  readonly edit: Edit;
  readonly model: Model;
  readonly plan: HalfPlan;
  readonly ports: Ports;
}

/** Gives the number of Casts that it put in. */
export function writeHalf(model: Model, plan: HalfPlan, inference: Inference, ports: Ports, label: string): number {
  return model.graph.edit(label, (edit) => {
    const writing: HalfWriting = { edit, model, plan, ports };
    const values = [...graphsWithin(model.graph)].flatMap((graph) =>
      [...graph.values].filter((value) => isFloat32(value, inference)),
    );
    let casts = 0;
    for (const value of values)
      if (value.origin.kind === "constant") writeConstant(writing, value, value.origin.tensor);
      else if (convert(writing, value)) casts++;
    for (const value of values) if (precisionOf(writing, value) === "float16") retype(writing, value);
    for (const node of plan.half) writeAttributes(edit, node);
    return casts;
  });
}

/** In which type a computed value or an input is. */
function precisionOf({ plan, ports, model }: HalfWriting, { origin, graph }: Value): Precision {
  if (origin.kind === "output")
    return plan.half.has(origin.node) && !isFixedOutput(origin.node, origin.slot) ? "float16" : "float32";
  // The initial value of an input is what callers may leave out: it stays as it is.
  return origin.kind === "input" && origin.initial === undefined && graph === model.graph ? ports : "float32";
}

/** In which type a use wants its value; undefined where it takes both. */
function wanted({ plan, ports, model }: HalfWriting, use: Use): Precision | undefined {
  if (use.kind === "output") return use.graph === model.graph ? ports : "float32";
  if (takesAnyType(use.node)) return undefined;
  return plan.half.has(use.node) && !isFixedInput(use.node, use.slot) ? "float16" : "float32";
}

/** One Cast for all uses that want the other type. Whether there are such. */
function convert(writing: HalfWriting, value: Value): boolean {
  const { edit } = writing;
  const have = precisionOf(writing, value);
  const others = [...value.uses].filter((use) => (wanted(writing, use) ?? have) !== have);
  if (others.length === 0) return false;
  const to = have === "float16" ? "float32" : "float16";
  const name = `${value.name}_${to}`;
  const cast = edit.node("onnx.Cast", [value], {
    name,
    outputs: [name],
    graph: value.graph,
    attrs: attrsOf({ to: attr.int(typeCodes[to]) }),
  }).outputs[0]!;
  const moved = new Set(others.filter((use) => use.kind === "input" || isReplaceable(value, cast)));
  edit.replaceUses(value, cast, (use) => moved.has(use));
  if (to === "float16" && cast.type !== undefined) setType(edit, cast);
  return true;
}

function writeConstant(writing: HalfWriting, value: Value, tensor: Tensor): void {
  const { edit } = writing;
  const uses = [...value.uses].filter((use) => use.kind === "input" && wanted(writing, use) === "float16");
  if (uses.length === 0) return;
  const half = toHalf(
    tensor,
    uses.every((use) => use.kind === "input" && takesBounds(use.node)),
  );
  const others = [...value.uses].some((use) => wanted(writing, use) === "float32");
  if (others) {
    const copy = edit.constant(`${value.name}_float16`, half, value.graph);
    const moved = new Set<Use>(uses);
    edit.replaceUses(value, copy, (use) => moved.has(use));
    return;
  }
  edit.setConstant(value, half);
  setType(edit, value);
}

function retype({ edit }: HalfWriting, value: Value): void {
  setType(edit, value);
}

/** A declared type keeps its shape. */
function setType(edit: Edit, value: Value): void {
  if (value.type?.kind === "tensor") edit.retype(value, { ...value.type, dtype: "float16" });
}

/** Attributes that say of which type the output is. */
function writeAttributes(edit: Edit, node: Node): void {
  if (castTarget(node) === "float32") edit.setAttrs(node, withAttrs(node.attrs, { to: toFloat16 }));
  if (node.op === "onnx.ConstantOfShape") {
    const value = node.attrs.get("value");
    const tensor = value?.kind === "tensor" ? value.tensor : tensorOf("float32", [1], [0]);
    edit.setAttrs(node, withAttrs(node.attrs, { value: attr.tensor(toHalf(tensor, false)) }));
  }
  const constant = node.op === "onnx.Constant" ? constantOfNode(node) : undefined;
  if (constant === undefined) return;
  const isBound = [...(node.outputs[0]?.uses ?? [])].every((use) => use.kind === "input" && takesBounds(use.node));
  edit.setAttrs(node, attrsOf({ value: attr.tensor(toHalf(constant, isBound)) }));
}
