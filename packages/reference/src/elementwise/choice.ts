import { PareError } from "@pare/error";
import { describeNode, intAttr } from "@pare/ir";
import { constantOfNode, dtypeOf, dtypeOfCode } from "@pare/ops";
import { type DType, isFloat } from "@pare/tensor";
import { arrayOfTensor, filled, type NumberArray } from "../array.ts";
import { broadcast } from "../broadcast.ts";
import type { Kernels } from "../kernel.ts";
import { map } from "./unary.ts";

/** Floats are not rounded to their type: all is float64 here. */
function converted(x: NumberArray, to: DType | undefined): NumberArray {
  if (to === undefined) throw new PareError({ code: "REFERENCE_OP", at: "Cast", problem: "to an unknown type" });
  if (to === "bool") return map(x, (element) => Number(element !== 0));
  return isFloat(to) ? x : map(x, Math.trunc);
}

/** Operators that give, pass on, choose or limit elements. */
export const choices: Kernels = {
  "onnx.Cast": ({ node, input }) => [converted(input(0), dtypeOfCode(intAttr(node, "to")))],
  "onnx.Constant": ({ node }) => [arrayOfTensor(constantOfNode(node)!)],
  "onnx.CastLike": ({ node, input }) => [converted(input(0), dtypeOf(node.inputs[1]?.type))],
  "onnx.Clip": ({ inputs, input }) => {
    const [low, high] = [
      inputs[1]?.data[0] ?? Number.NEGATIVE_INFINITY,
      inputs[2]?.data[0] ?? Number.POSITIVE_INFINITY,
    ];
    return [map(input(0), (x) => Math.min(high, Math.max(low, x)))];
  },
  "onnx.Dropout": ({ node, inputs, input }) => {
    if (inputs[2]?.data[0] === 1)
      throw new PareError({ code: "REFERENCE_OP", at: describeNode(node), problem: "in training mode it is random" });
    return [input(0), filled(input(0).shape, 1)];
  },
  "onnx.Where": ({ input }) => [broadcast([input(0), input(1), input(2)], (chosen, yes, no) => (chosen ? yes : no))],
};
