import { cloneModel, type Model } from "@pare/ir";
import type { Note } from "@pare/pass";
import { separateParameters, toInferenceMode } from "@pare/train";

/** Puts right, in place, what keeps a model from being trained as it is meant to be. */
export function readyForTraining(model: Model): readonly Note[] {
  return [...modeNotes(toInferenceMode(model)), ...separationNotes(separateParameters(model))];
}

export function readied(model: Model): Model {
  const copy = cloneModel(model);
  readyForTraining(copy);
  return copy;
}

const plurals = { BatchNormalization: ["batch norm", "batch norms"], Dropout: ["dropout", "dropouts"] } as const;

function modeNotes(counts: ReturnType<typeof toInferenceMode>): readonly Note[] {
  if (counts.size === 0) return [];
  const many = [...counts].map(([type, count]) => `${count} ${plurals[type][count === 1 ? 0 : 1]}`).join(" and ");
  return [{ kind: "changed", text: `put ${many} into inference mode: the file was exported in training mode` }];
}

function separationNotes(names: readonly string[]): readonly Note[] {
  if (names.length === 0) return [];
  const many = names.length === 1 ? "1 parameter" : `${names.length} parameters`;
  const text = `gave ${many} a constant of its own: equal ones were stored once, which is how untrained ones are exported`;
  return [{ kind: "changed", text, subjects: names }];
}
