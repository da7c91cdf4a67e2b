import { type Edit, type Model, type Node, subgraphs, type Value } from "@pare/ir";
import { teacherError } from "../errors.ts";

/**
 * Puts a copy of a model's nodes and constants into the graph being edited, names behind `prefix`, its inputs bound to
 * values there. Gives the copy of each value by its name in the model. Messages call it `name`.
 * @throws TRAIN_TEACHER_MODEL for subgraphs and functions, whose names would have to be told apart, too
 */
export function mergeModel(
  edit: Edit,
  model: Model,
  { name: teacher, prefix }: { readonly name: string; readonly prefix: string },
  bound: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  if (model.functions.length > 0) throw teacherError(teacher, "it has functions of its own");
  const copies = new Map(bound);
  for (const { name, origin } of model.graph.values)
    if (origin.kind === "constant") copies.set(name, edit.constant(prefix + name, origin.tensor));
  for (const node of model.graph.nodes) {
    if (subgraphs(node).length > 0) throw teacherError(teacher, `its node ${node.type} "${node.name}" has a subgraph`);
    copyNode(edit, node, prefix, copies);
  }
  return copies;
}

function copyNode(edit: Edit, node: Node, prefix: string, copies: Map<string, Value>): void {
  const inputs = node.inputs.map((input) => input && copies.get(input.name));
  const outputs = node.outputs.map(({ name }) => (name === "" ? "" : prefix + name));
  const name = node.name === "" ? "" : prefix + node.name;
  const copy = edit.node(node.op, inputs, { attrs: node.attrs, outputs, name, overload: node.overload });
  for (const [slot, { name: original }] of node.outputs.entries())
    if (original !== "") copies.set(original, copy.outputs[slot]!);
}
