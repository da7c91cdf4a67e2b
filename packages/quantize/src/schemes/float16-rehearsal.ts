/**
 * What a device that computes in float16 gives, in a form that any processor can run: the float32 model, with what is to
 * be float16 rounded to float16 behind each node. (A runtime without float16 kernels computes whole chains of a float16
 * model in float32: there nothing overflows.)
 */
import { attr, attrsOf, cloneModel, type Edit, type Model, type Node, type Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { energyOf } from "../weights/scan.ts";
import { constantBehind } from "./dynamic-nodes.ts";
import { largestFloat16, toHalf } from "./float16-constants.ts";
import { type HalfPlan, isFloat32 } from "./float16-plan.ts";
import { isFixedInput, isFixedOutput, takesAnyType, takesBounds, typeCodes } from "./float16-rules.ts";

const mostRounded = 4096;

export interface Rehearsal {
  readonly model: Model;
  /** Name of the rounded value in `model`, by the value's name in the original; in graph order. */
  readonly rounded: ReadonlyMap<string, string>;
}

/** Of the main graph; the original is not changed. */
export function rehearse(original: Model, { half }: HalfPlan): Rehearsal {
  const model = cloneModel(original);
  const twins = [...model.graph.nodes];
  const chosen = [...original.graph.nodes].flatMap((node, i) => (half.has(node) ? [twins[i]!] : []));
  const nodes = chosen.filter(({ op }) => op !== "onnx.Constant");
  const inference = inferTypes(model);
  const isFloat = (value: Value | undefined) => isFloat32(value, inference);
  const rounded = new Map<string, string>();
  model.graph.edit("rehearse", (edit) => {
    const made = new Map<Value, Value>();
    for (const node of nodes)
      for (const [slot, output] of node.outputs.entries())
        if (isFloat(output) && !isFixedOutput(node, slot))
          rounded.set(output.name, roundOutput(edit, output, made).name);
    for (const node of nodes)
      if (!takesAnyType(node))
        for (const [slot, input] of node.inputs.entries())
          if (input && isFloat(input) && !isFixedInput(node, slot)) roundInput(edit, node, slot, made);
  });
  return { model, rounded };
}

/** An output of the model is rounded, too: read inside, its declared free sizes would be believed, true or not. */
function roundOutput(edit: Edit, output: Value, made: Map<Value, Value>): Value {
  const uses = new Set(output.uses);
  const rounded = castThereAndBack(edit, output);
  edit.replaceUses(output, rounded, (use) => uses.has(use));
  made.set(output, rounded);
  return rounded;
}

function roundInput(edit: Edit, node: Node, slot: number, made: Map<Value, Value>): void {
  const input = node.inputs[slot]!;
  const use = [...input.uses].find((each) => each.kind === "input" && each.node === node && each.slot === slot);
  if (use === undefined) return;
  const tensor = constantBehind(input);
  if (tensor !== undefined) {
    const rounded = roundedConstant(tensor, takesBounds(node));
    if (rounded !== undefined) edit.rewire(use, edit.constant(`${input.name}_rounded`, rounded));
    return;
  }
  const rounded = made.get(input) ?? castThereAndBack(edit, input);
  made.set(input, rounded);
  edit.rewire(use, rounded);
}

/** Large weights within the range stay as they are: their last bits make nothing infinite, and they take memory. */
function roundedConstant(tensor: Tensor, isBound: boolean): Tensor | undefined {
  const isLarge = elementCount(tensor.shape) > mostRounded && energyOf(tensor).largest <= largestFloat16;
  return isLarge ? undefined : tensorOf("float32", tensor.shape, numbers(toHalf(tensor, isBound)));
}

function castThereAndBack(edit: Edit, value: Value): Value {
  const cast = (from: Value, to: number, name: string) =>
    edit.node("onnx.Cast", [from], { name, outputs: [name], attrs: attrsOf({ to: attr.int(to) }) }).outputs[0]!;
  return cast(cast(value, typeCodes.float16, `${value.name}_half`), typeCodes.float32, `${value.name}_rounded`);
}
