import type { Dataset, SharedSamples } from "@pare/data";
import type { Recipe } from "@pare/recipe";
import type { DataNote } from "@pare/report";

/** Ids that a note names. */
const named = 5;

/** What a reader of results on this split has to know of how its samples were chosen. */
export function sampleNotes(data: Recipe["data"], split: "validation" | "test", dataset: Dataset): readonly DataNote[] {
  const own = dataset.notes?.() ?? [];
  return [
    ...skippedNote(dataset),
    ...own.map((note) => ({ kind: "input", ...note }) as const),
    ...seenNote(data, split),
  ];
}

function skippedNote({ skipped = [] }: Dataset): readonly DataNote[] {
  if (skipped.length === 0) return [];
  const examples = skipped.slice(0, named).map(({ id }) => id);
  const count = skipped.length;
  const left = count === 1 ? "1 file was left out because it" : `${count} files were left out because they`;
  const text = `${left} cannot be decoded: ${list(examples, count)}`;
  return [{ kind: "skipped", text, count, examples }];
}

/** Data that is cut off from training data, or is all of it, is no proof for a model that was trained on all of it. */
function seenNote(data: Recipe["data"], split: "validation" | "test"): readonly DataNote[] {
  const { train } = data;
  if (train === undefined || "generated" in train) return [];
  const own = data[split];
  const isSame = own !== undefined && JSON.stringify(own) === JSON.stringify(train);
  if (own !== undefined && !isSame) return [];
  const what = isSame
    ? "the training data itself"
    : `${Math.round((data.split?.[split] ?? 0) * 100)} % of the training data`;
  return [{ kind: "seen", text: `seen data, if the original was trained on all of it: this is ${what}` }];
}

/** Of the pairs that this split is one of. */
export function duplicateNotes(shared: readonly SharedSamples[], split: string): readonly DataNote[] {
  return shared.flatMap(({ splits, samples, examples }): readonly DataNote[] => {
    const side = splits.indexOf(split);
    if (side < 0) return [];
    const other = splits[1 - side]!;
    const count = samples[side]!;
    const ids = examples.map((pair) => pair[side]!);
    const [first] = examples;
    const same = `${split} sample "${first![side]}" is ${other} sample "${first![1 - side]}"`;
    const text = `${count} ${count === 1 ? "sample is" : "samples are"} also in the ${other} data: ${same}${count > 1 ? ", for one" : ""}`;
    return [{ kind: "duplicates", text, count, examples: ids }];
  });
}

function list(ids: readonly string[], count: number): string {
  return `${ids.join(", ")}${count > ids.length ? ", …" : ""}`;
}
