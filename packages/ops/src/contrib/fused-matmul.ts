/** MatMul with factors and transpositions, Gemm with an activation. */
import { gemmLike } from "../nn/gemm.ts";
import { type MatMulForm, matMulLike } from "../nn/matmul.ts";
import { fusedMatMulGradient } from "../nn/matmul-gradient.ts";
import { sharedDType } from "../rules.ts";
import type { OpSpec } from "../spec.ts";

const fused: MatMulForm = {
  roles: ["data", "weight"],
  a: 0,
  b: 1,
  transposes: true,
  dtype: (context) => sharedDType(context),
};

export const fusedMatMul: OpSpec = {
  gradient: fusedMatMulGradient,
  ...matMulLike("com.microsoft.FusedMatMul", fused),
};
export const fusedMatMulActivation = matMulLike("com.microsoft.FusedMatMulActivation", fused);
/** The older name of FusedMatMul. */
export const transposeMatMul = matMulLike("com.microsoft.TransposeMatMul", fused);

export const fusedGemm = gemmLike("com.microsoft.FusedGemm", {
  roles: ["data", "weight", "bias"],
  a: 0,
  b: 1,
  c: 2,
  dtype: (context) => sharedDType(context),
});
