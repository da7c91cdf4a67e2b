import type { Note } from "@pare/pass";
import { formatCount } from "@pare/report";
import { elementCount } from "@pare/tensor";
import type { Trained } from "./train-model.ts";

/** What was trained, and what it is compared with. */
export function trainingNotes(trained: Trained, compared: readonly Trained[]): readonly Note[] {
  const { record, step, fallbacks } = trained;
  const { metric, before, value, best, epochs, parameters } = record;
  const change = before === null ? `${shown(value)}` : `${shown(before)} → ${shown(value)}`;
  const kept =
    best === 0
      ? "; no epoch was better than before: the weights are as they were"
      : `, epoch ${best} of ${epochs.length}`;
  const others = compared.map((each) => `; ${each.record.label}: ${shown(each.record.value)}`).join("");
  const text = `trained ${formatCount(parameters.trained)} parameters: ${metric} on ${record.samples} validation samples ${change}${kept}${others}`;
  return [
    { kind: best === 0 ? "left" : "changed", text, training: [record, ...compared.map((each) => each.record)] },
    ...fallbacks,
    ...byReason(step.plan.constants),
  ];
}

const shown = (value: number) => value.toFixed(4);

/** What keeps its values, and why; single numbers are no weights. */
export function byReason(constants: Trained["step"]["plan"]["constants"]): readonly Note[] {
  const found = new Map<string, string[]>();
  for (const { name, kind, reason, shape } of constants) {
    if (kind !== undefined || elementCount(shape) < 2) continue;
    const why = reason.replace(/ "[^"]*"$/, "");
    found.set(why, [...(found.get(why) ?? []), name]);
  }
  return [...found].map(([reason, subjects]) => ({
    kind: "left",
    text: `${subjects.length === 1 ? "1 constant" : `${subjects.length} constants`} not trained: ${reason}`,
    subjects,
  }));
}
