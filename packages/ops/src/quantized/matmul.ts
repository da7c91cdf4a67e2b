/** Matrix products on integers; shapes as in MatMul. */
import { matMulLike } from "../nn/matmul.ts";
import { dtypeOf } from "../value-types.ts";

/** Zero points may follow; the sums come out as they are. */
export const matMulInteger = matMulLike("onnx.MatMulInteger", {
  roles: ["data", "weight", "param", "param"],
  a: 0,
  b: 1,
  perColumn: [3],
  dtype: () => "int32",
});

/** a, a_scale, a_zero_point, b, b_scale, b_zero_point, y_scale, y_zero_point. */
export const qLinearMatMul = matMulLike("onnx.QLinearMatMul", {
  roles: ["data", "param", "param", "weight", "param", "param", "param", "param"],
  a: 0,
  b: 3,
  perColumn: [4, 5],
  dtype: (context) => dtypeOf(context.type(7)),
  discontinuous: true,
});

/** A, B, a_scale, b_scale, a_zero_point, b_zero_point, bias: the product is scaled back to real numbers. */
export const matMulIntegerToFloat = matMulLike("com.microsoft.MatMulIntegerToFloat", {
  roles: ["data", "weight", "param", "param", "param", "param", "bias"],
  a: 0,
  b: 1,
  perColumn: [3, 5, 6],
  dtype: (context) => dtypeOf(context.type(2)) ?? dtypeOf(context.type(3)),
});

/** A (real), B, b_scale, b_zero_point, bias: A is quantized on the way by its own range. */
export const dynamicQuantizeMatMul = matMulLike("com.microsoft.DynamicQuantizeMatMul", {
  roles: ["data", "weight", "param", "param", "bias"],
  a: 0,
  b: 1,
  perColumn: [2, 3, 4],
  dtype: (context) => dtypeOf(context.type(0)),
  discontinuous: true,
});
