/** Gives inputs the sizes that they will have, and says the same wherever their symbols stand in declared types. */
import { allGraphs, type Dim, type Edit, type Value, type ValueType } from "@pare/ir";
import { substituteDim } from "@pare/ops";
import { requiredInputs } from "@pare/pass";
import { inputShapeError } from "./errors.ts";
import type { Scene } from "./scene.ts";

/** @throws INPUT_SHAPE for a name that is no input, another rank, or a size that the model fixes otherwise */
export function fixInputShapes(scene: Scene, shapes: Readonly<Record<string, readonly number[]>>): void {
  const { graph } = scene.model;
  const sizes = new Map<string, number>();
  for (const [name, shape] of Object.entries(shapes)) {
    const input = graph.inputs.find((each) => each.name === name);
    const names = requiredInputs(scene.model)
      .map((each) => each.name)
      .join(", ");
    if (input === undefined) throw inputShapeError(name, "the model has no such input", `one of ${names}`, name);
    collectSizes(input, shape, sizes);
  }
  graph.edit(scene.label, (edit) => {
    for (const [name, shape] of Object.entries(shapes)) {
      const input = graph.inputs.find((each) => each.name === name)!;
      const dtype = input.type?.kind === "tensor" ? input.type.dtype : undefined;
      edit.retype(input, { kind: "tensor", dtype, shape });
      scene.changed(`fixed an input to [${shape.join(", ")}]`, name);
    }
    if (sizes.size > 0)
      for (const each of allGraphs(scene.model)) for (const value of each.values) substitute(edit, value, sizes);
  });
}

function collectSizes(input: Value, shape: readonly number[], sizes: Map<string, number>): void {
  const declared = input.type?.kind === "tensor" ? input.type.shape : undefined;
  if (declared === undefined) return;
  if (declared.length !== shape.length)
    throw inputShapeError(input.name, "the shape has another rank", `${declared.length} sizes`, `${shape.length}`);
  for (const [axis, size] of shape.entries()) {
    const dim = declared[axis];
    if (typeof dim === "number" && dim !== size)
      throw inputShapeError(input.name, `axis ${axis} has a fixed size`, `${dim}`, `${size}`);
    if (typeof dim !== "string") continue;
    const before = sizes.get(dim);
    if (before !== undefined && before !== size)
      throw inputShapeError(input.name, `"${dim}" is given two sizes`, `${before}`, `${size}`);
    sizes.set(dim, size);
  }
}

function substitute(edit: Edit, value: Value, sizes: ReadonlyMap<string, number>): void {
  const { type } = value;
  if (type?.kind !== "tensor" || type.shape === undefined) return;
  const shape = type.shape.map(
    (dim): Dim => (typeof dim === "string" ? (sizes.get(dim) ?? substituteDim(dim, sizes)) : dim),
  );
  if (shape.every((dim, axis) => dim === type.shape![axis])) return;
  const changed: ValueType = { ...type, shape };
  edit.retype(value, changed);
}
