import type { Model } from "@pare/ir";
import type { Note } from "@pare/pass";
import { type Separation, separateParameters, toInferenceMode } from "@pare/train";
import { frozenBy } from "./frozen.ts";

/**
 * Puts right, in place, what keeps a model from being trained as it is meant to be.
 * @param frozen patterns of what stays as it is
 */
export function readyForTraining(model: Model, frozen: readonly string[] = []): readonly Note[] {
  return ready(model, { frozen: frozenBy(frozen) });
}

/** The same for what re-estimates running statistics alone. */
export function readyForStatistics(model: Model): readonly Note[] {
  return ready(model, { only: "statistics" });
}

function ready(model: Model, separation: Separation): readonly Note[] {
  const names = separateParameters(model, separation);
  return [...modeNotes(toInferenceMode(model)), ...separationNotes(names)];
}

const plurals = { BatchNormalization: ["batch norm", "batch norms"], Dropout: ["dropout", "dropouts"] } as const;

function modeNotes(counts: ReturnType<typeof toInferenceMode>): readonly Note[] {
  if (counts.size === 0) return [];
  const many = [...counts].map(([type, count]) => `${count} ${plurals[type][count === 1 ? 0 : 1]}`).join(" and ");
  return [{ kind: "changed", text: `put ${many} into inference mode: the file was exported in training mode` }];
}

function separationNotes(names: readonly string[]): readonly Note[] {
  if (names.length === 0) return [];
  const many = names.length === 1 ? "1 parameter" : `each of ${names.length} parameters`;
  const text = `gave ${many} a constant of its own: those that were equal were stored once`;
  return [{ kind: "changed", text, subjects: names }];
}
