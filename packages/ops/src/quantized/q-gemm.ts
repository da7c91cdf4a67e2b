import { gemmLike } from "../nn/gemm.ts";
import { dtypeOf } from "../value-types.ts";

/** A, a_scale, a_zero_point, B, b_scale, b_zero_point, C, y_scale, y_zero_point; without the last two the result is real. */
export const qGemm = gemmLike("com.microsoft.QGemm", {
  roles: ["data", "param", "param", "weight", "param", "param", "bias", "param", "param"],
  a: 0,
  b: 3,
  c: 6,
  perColumn: [4, 5],
  dtype: ({ node, type }) => (node.inputs[8] === undefined ? "float32" : dtypeOf(type(8))),
  discontinuous: true,
});
