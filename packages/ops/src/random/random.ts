/** Operators that draw random numbers: another run gives other outputs. */
import { intAttr, intsAttr } from "@pare/ir";
import { keepsAll } from "../rules.ts";
import type { InferContext, OpSpec } from "../spec.ts";
import { dtypeOf, dtypeOfCode, tensorType } from "../value-types.ts";

const asked = ({ node }: InferContext) => dtypeOfCode(intAttr(node, "dtype"));

const generated: readonly OpSpec[] = ["RandomNormal", "RandomUniform"].map((type) => ({
  op: `onnx.${type}`,
  infer: (context) => [tensorType(asked(context) ?? "float32", intsAttr(context.node, "shape"))],
  gradient: "none",
  nondeterministic: true,
}));

const likeInput: readonly OpSpec[] = ["RandomNormalLike", "RandomUniformLike", "Bernoulli"].map((type) => ({
  op: `onnx.${type}`,
  roles: () => [type === "Bernoulli" ? "data" : "param"],
  infer: (context) => [tensorType(asked(context) ?? dtypeOf(context.type(0)), context.shape(0))],
  // A sample is 0 or 1, whatever small change its probability sees.
  gradient: "none",
  ...(type === "Bernoulli" && { axes: keepsAll(), discontinuous: true }),
  nondeterministic: true,
}));

/** Class numbers drawn from log-probabilities [N,C]: [N,sample_size]. */
const multinomial: OpSpec = {
  op: "onnx.Multinomial",
  infer: (context) => [
    tensorType(asked(context) ?? "int32", [context.shape(0)?.[0], intAttr(context.node, "sample_size", 1)]),
  ],
  gradient: "none",
  discontinuous: true,
  nondeterministic: true,
};

export const randoms: readonly OpSpec[] = [...generated, ...likeInput, multinomial];
