import type { Model } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { nodeMaker } from "../gradient/node-maker.ts";
import { findLogits } from "../losses/find-logits.ts";
import type { LossSpec } from "../losses/loss-spec.ts";
import { type Sizes, withFixedSizes } from "../prepare/fix-sizes.ts";

export interface TeacherLogits {
  readonly model: Model;
  /** The output of it that a step compares. */
  readonly output: string;
}

/**
 * A teacher by itself, for outputs that are computed once and fed: sizes are fixed, and what is read are the logits that a
 * step graph with the teacher inside compares. @throws as `withFixedSizes`
 */
export function teacherLogits(teacher: Model, sizes: Sizes, loss: LossSpec["kind"]): TeacherLogits {
  const model = withFixedSizes(teacher, sizes);
  const { graph } = model;
  const inference = inferTypes(model);
  const output = graph.edit("logits", (edit) => {
    const { value } = findLogits(nodeMaker(edit, "logits/"), inference, graph.outputs[0]!, loss);
    if (!graph.outputs.includes(value)) edit.output(value);
    return value.name;
  });
  return { model, output };
}
