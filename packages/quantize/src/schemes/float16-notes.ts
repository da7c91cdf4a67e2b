import type { Model, Node } from "@pare/ir";
import type { Note } from "@pare/pass";
import { nameOf } from "../node-names.ts";
import type { Target } from "../targets/target.ts";
import type { HalfPlan } from "./float16-plan.ts";

export interface Float16Facts {
  readonly target: Target;
  readonly casts: number;
  readonly ports: "float32" | "float16";
  /** A node that still gives what is not finite on data. */
  readonly bad: Node | undefined;
  readonly isMeasured: boolean;
}

/** What was done, what stays float32 and why: one note a reason. */
export function float16Notes(model: Model, { half, reasons }: HalfPlan, facts: Float16Facts): readonly Note[] {
  const computing = [...half].filter(({ op }) => op !== "onnx.Constant").length;
  const total = computing + reasons.size;
  if (computing === 0)
    return [{ kind: "info", text: "left as it is: nothing in it can be float16" }, ...leftNotes(reasons)];
  const casts = facts.casts === 1 ? "1 Cast" : `${facts.casts} Casts`;
  const text = `${computing} of ${total} nodes with floats are float16, with ${casts} between them and float32`;
  return [{ kind: "changed", text }, ...leftNotes(reasons), ...portNotes(model, facts), ...measuredNotes(facts)];
}

function leftNotes(reasons: ReadonlyMap<Node, string>): readonly Note[] {
  const names = new Map<string, string[]>();
  for (const [node, reason] of reasons) names.set(reason, [...(names.get(reason) ?? []), nameOf(node)]);
  return [...names].map(([reason, subjects]) => ({
    kind: "left",
    text: `${subjects.length} in float32: ${reason}`,
    subjects,
  }));
}

function portNotes({ graph }: Model, { ports, target }: Float16Facts): readonly Note[] {
  const notes: Note[] = [];
  if (target.device === "cpu")
    notes.push({
      kind: "info",
      text: `float16 arithmetic does not pay on ${target.name}: ONNX Runtime casts most of it back to float32; for the size alone there is quantize/storage`,
    });
  const fixed = graph.inputs.filter(({ origin }) => origin.kind === "input" && origin.initial?.dtype === "float32");
  if (ports === "float16" && fixed.length > 0)
    notes.push({
      kind: "left",
      text: "inputs with an initial value stay float32",
      subjects: fixed.map(({ name }) => name),
    });
  return notes;
}

function measuredNotes({ isMeasured, bad }: Float16Facts): readonly Note[] {
  if (!isMeasured)
    return [
      {
        kind: "info",
        text: "without data nothing was measured: what is float32 was chosen by rules, and other values may still overflow",
      },
    ];
  if (bad === undefined)
    return [{ kind: "info", text: "nothing infinite or NaN on the calibration data that was not before" }];
  const text = "still infinite or NaN on the calibration data: leave it out (except), or keep the model in float32";
  return [{ kind: "info", text, subjects: [nameOf(bad)] }];
}
