import type { Judgement, Note } from "@pare/pass";
import type { SearchCandidate, SearchRecord } from "@pare/report";
import { rankingNote } from "../sensitivity/ranking-note.ts";
import { accuracyOf, type Candidate } from "./candidate.ts";
import type { GroupTime } from "./regions.ts";
import type { SearchOutcome } from "./search.ts";

/** What was chosen, what is to be said of it, and the table of what was tried. */
export function outcomeNotes(outcome: SearchOutcome, maxDrop: number): readonly Note[] {
  const { chosen, tried, groups, ranking, leftOut } = outcome;
  const slower = groups.filter(({ floatUs, integerUs }) => integerUs > floatUs);
  const regions = slower.length === 0 ? "" : `; ${slower.length} of ${groups.length} parts are slower as integers here`;
  return [
    { kind: "changed", text: `chosen: ${chosen.label}` },
    ...criterion(outcome, maxDrop),
    ...shortfall(chosen, maxDrop),
    { kind: "info", text: `tried ${tried.length} ways${regions}`, search: searchRecord(outcome) },
    ...(ranking === undefined ? [] : [rankingNote(ranking)]),
    ...(leftOut.length === 0 ? [] : [{ kind: "info", text: `${timeUp}: ${leftOut.join("; ")}` } as const]),
  ];
}

const timeUp = "time was too short for this";

/** Where it is not an accuracy that may drop, or all of it may. */
function criterion({ tried }: SearchOutcome, maxDrop: number): readonly Note[] {
  const judgement = tried.find((each) => each.judgement !== undefined)?.judgement;
  if (judgement?.metric.startsWith("accuracy") && maxDrop >= 1)
    return [{ kind: "info", text: `max-drop ${maxDrop} allows any loss: one point of an accuracy is 0.01` }];
  if (judgement?.metric !== "noise") return [];
  const { reference } = judgement;
  const own = reference > maxDrop * noMatter ? ` beyond the original's own ${decibels(reference)}` : "";
  const text = `no labels, and outputs that are no probabilities of classes: judged by their noise, which may be ${100 * maxDrop} % of their energy (${decibels(maxDrop)})${own}`;
  return [{ kind: "info", text }];
}

/** Own noise that is so small a part of what may be lost is not worth a word. */
const noMatter = 1e-3;
const decibels = (share: number) => `${(-10 * Math.log10(share)).toFixed(1)} dB`;

function searchRecord({ chosen, tried, isFromFloat, groups }: SearchOutcome): SearchRecord {
  const judgement = tried.find((each) => each.judgement !== undefined)?.judgement;
  const floatRecord = {
    ...(isFromFloat && judgement && { value: finite(judgement.reference), drop: 0, dropUpper: 0, agreement: 1 }),
    ...(tried.some(({ time }) => time !== undefined) && {
      time: { ratio: 1, interval: { low: 1, high: 1, confidence: 0.95 } },
    }),
  };
  const float = new Set(chosen.plan.scheme === "static" ? chosen.plan.float : []);
  const isAllFloat = chosen.plan.scheme !== "static";
  return {
    metric: judgement?.metric ?? null,
    samples: judgement?.samples ?? 0,
    candidates: tried.map((each) => ({
      ...candidateRecord(each, each === chosen),
      ...(each.plan.scheme === "float" && floatRecord),
    })),
    regions: groups.map(({ keys, ...times }: GroupTime) => ({
      nodes: keys,
      ...times,
      isFloat: isAllFloat || keys.some((key) => float.has(key)),
    })),
  };
}

function candidateRecord({ label, judgement, time, bytes }: Candidate, isChosen: boolean): SearchCandidate {
  return {
    label,
    isChosen,
    value: finite(judgement?.value),
    drop: finite(judgement?.drop),
    dropUpper: finite(judgement?.dropUpper),
    agreement: finite(judgement?.agreement),
    time:
      time === undefined ? null : { ratio: time.value, interval: { low: time.low, high: time.high, confidence: 0.95 } },
    sizeBytes: bytes,
  };
}

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

const withoutData =
  "without data accuracy is not measured; `--scheme storage --type float16` hardly ever changes a result, at half of the bytes";

/** How far short of what was wanted it falls. */
function shortfall(chosen: Candidate, maxDrop: number): readonly Note[] {
  if (chosen.plan.scheme === "float")
    return [{ kind: "left", text: "everything: nothing that was tried keeps the accuracy and pays on this machine" }];
  const { judgement } = chosen;
  if (judgement === undefined) return [{ kind: "info", text: withoutData }];
  if (accuracyOf(chosen, maxDrop) === "held") return [];
  const { drop, dropUpper, samples } = judgement;
  const points = amountOf(judgement);
  const needed = Math.ceil(samples * ((dropUpper - drop) / Math.max(maxDrop - drop, 1e-9)) ** 2);
  const seen = `${samples} samples show a drop of ${points(drop)}, which may be ${points(dropUpper)} (90 %)`;
  return [{ kind: "info", text: `${seen}: some ${needed} could tell whether it is within ${points(maxDrop)}` }];
}

/** Of a loss, in the metric's unit. */
function amountOf({ metric }: Judgement): (drop: number) => string {
  if (metric === "noise") return (drop) => `${(100 * drop).toFixed(2)} % noise`;
  return (drop) => `${(100 * drop).toFixed(2)} points`;
}
