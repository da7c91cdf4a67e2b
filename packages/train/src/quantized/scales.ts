/** Scales that are learned by their logarithms (Jain and others 2019), as numbers again. */
import { cloneModel, type Model, type Value } from "@pare/ir";
import { numbers, type Tensor, tensorOf } from "@pare/tensor";
import { isBias, isStored, isWeight } from "./codes.ts";
import type { FakeQuantized } from "./fake-quantized.ts";

/** Float32, as they are stored. */
export function exponentials(logarithms: Tensor): Tensor {
  return tensorOf("float32", logarithms.shape, numbers(logarithms).map(Math.exp));
}

/**
 * A copy with scales that are constants: what is evaluated, and what stored codes are compared with.
 *
 * Weights that are trained through rounding go to and fro between two codes, and rest, as the rate falls, where the next
 * step would turn them: at x.5 to the last bit (Nagel and others 2022 call it oscillation). There a scale whose last bit
 * differs gives another code, and exponentials differ between runtimes in just that bit.
 */
export function withFixedScales(trained: Model, { logarithms }: FakeQuantized): Model {
  const model = cloneModel(trained);
  model.graph.edit("fixed scales", (edit) => {
    for (const [name, logarithm] of logarithms) {
      const value = model.graph.value(logarithm)!;
      if (value.origin.kind !== "constant") continue;
      const scale = edit.constant(name, exponentials(value.origin.tensor));
      for (const { node } of [...value.uses].filter((use) => use.kind === "input")) {
        edit.replaceUses(node.outputs[0]!, scale);
        edit.remove(node);
      }
      edit.removeConstant(value);
    }
  });
  return model;
}

/**
 * Gives each weight's codes a scale of their own, in place: scales that were equal were stored once, and would be learned as
 * one. Activations keep what they share: there it says that codes go from one to the other as they are.
 */
export function separateScales({ graph }: Model): void {
  graph.edit("scales of weights", (edit) => {
    const own = new Map<Value, Map<Value, Value>>();
    for (const node of graph.nodes) {
      if (node.op !== "onnx.DequantizeLinear" || !isStored(node) || !isWeight(node) || isBias(node)) continue;
      const [codes, scale, ...zeroPoint] = node.inputs as readonly [Value, Value, ...(Value | undefined)[]];
      if (scale.origin.kind !== "constant" || isReadWith(scale, codes)) continue;
      const scales = own.get(scale) ?? new Map<Value, Value>();
      own.set(scale, scales);
      const mine = scales.get(codes) ?? edit.constant(`${codes.name}_scale`, scale.origin.tensor);
      scales.set(codes, mine);
      edit.setInputs(node, [codes, mine, ...zeroPoint]);
    }
    for (const scale of own.keys()) if (scale.uses.size === 0) edit.removeConstant(scale);
  });
}

/** Whether all that read a scale read these codes, too. */
function isReadWith(scale: Value, codes: Value): boolean {
  return [...scale.uses].every((use) => use.kind === "input" && use.node.inputs[0] === codes);
}
