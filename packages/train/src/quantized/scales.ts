/** Scales that are learned by their logarithms (Jain and others 2019), as numbers again. */
import type { Model } from "@pare/ir";
import { numbers, type Tensor, tensorOf } from "@pare/tensor";
import type { FakeQuantized } from "./fake-quantized.ts";

/** Float32, as they are stored. */
export function exponentials(logarithms: Tensor): Tensor {
  return tensorOf("float32", logarithms.shape, numbers(logarithms).map(Math.exp));
}

/**
 * Makes scales constants, in place: what is evaluated, and what stored codes are compared with.
 *
 * Weights that are trained through rounding go to and fro between two codes, and rest, as the rate falls, where the next
 * step would turn them: at x.5 to the last bit (Nagel and others 2022 call it oscillation). There a scale whose last bit
 * differs gives another code, and exponentials differ between runtimes in just that bit.
 */
export function fixScales({ graph }: Model, { logarithms }: FakeQuantized): void {
  graph.edit("fixed scales", (edit) => {
    for (const [name, logarithm] of logarithms) {
      const value = graph.value(logarithm)!;
      if (value.origin.kind !== "constant") continue;
      const scale = edit.constant(name, exponentials(value.origin.tensor));
      for (const { node } of [...value.uses].filter((use) => use.kind === "input")) {
        edit.replaceUses(node.outputs[0]!, scale);
        edit.remove(node);
      }
      edit.removeConstant(value);
    }
  });
}
