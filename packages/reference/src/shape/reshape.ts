import { intAttr } from "@pare/ir";
import { elementCount } from "@pare/tensor";
import { filled } from "../array.ts";
import { broadcast } from "../broadcast.ts";
import type { Kernels } from "../kernel.ts";

/** 0 keeps the axis' size, −1 is what is left. */
function reshaped(shape: readonly number[], wanted: readonly number[], allowsZero: boolean): readonly number[] {
  const sizes = wanted.map((size, axis) => (size === 0 && !allowsZero ? shape[axis]! : size));
  const rest = elementCount(shape) / elementCount(sizes.filter((size) => size !== -1));
  return sizes.map((size) => (size === -1 ? rest : size));
}

/** Operators that leave the elements in their order. */
export const reshapes: Kernels = {
  "onnx.Identity": ({ input }) => [input(0)],
  "onnx.Reshape": ({ node, input }) => {
    const shape = reshaped(input(0).shape, [...input(1).data], intAttr(node, "allowzero", 0) === 1);
    return [{ shape, data: input(0).data }];
  },
  "onnx.Expand": ({ input }) => [broadcast([input(0), filled([...input(1).data], 0)], (x) => x)],
};
