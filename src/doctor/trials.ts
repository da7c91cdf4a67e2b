/** Suspected causes are tried: what the model that each cure gives loses, on the same validation samples. */

import type { Model } from "@pare/ir";
import type { Judgement } from "@pare/pass";
import type { Cure } from "@pare/quantize";
import { type DiagnosedCause, isHurt, lossOf, recovered, type TriedCure } from "./diagnosis.ts";
import { type LearningTools, type Patient, quantizedBy } from "./patient.ts";
import { cured, type StaticStep, stepLines } from "./step-lines.ts";

export interface Suspicion {
  readonly cause: DiagnosedCause["cause"];
  readonly text: string;
  readonly subjects: readonly string[];
  readonly cure: Cure;
  /** There is a sign of it in the model or the data; else it is tried because it helps often. */
  readonly isSeen: boolean;
  /** Calibrate with other samples: a line of the data section, and the tools that have them. */
  readonly samples?: { readonly line: string; readonly tools: LearningTools };
}

/** A cause explains at least this much of the loss. */
const leastRecovered = 0.25;
/** Models that are judged together. */
const together = 4;

export interface Trials {
  /** What matters most first. */
  readonly causes: readonly DiagnosedCause[];
  readonly together: TriedCure | undefined;
}

interface Useful {
  readonly suspicion: Suspicion;
  readonly after: Judgement;
}

export async function tryCures(suspicions: readonly Suspicion[], before: Judgement, patient: Patient): Promise<Trials> {
  const tried = await judgeAll(suspicions, patient);
  // Of a file that came quantized, what was only tried must do better than making it anew.
  const anew = tried.get(stepLines(patient.step).join("\n")) ?? before;
  const useful = suspicions
    .flatMap((suspicion) => {
      const after = tried.get(keyOf(suspicion, patient.step));
      const from = suspicion.isSeen ? before : anew;
      return after !== undefined && recovered(from, after) >= leastRecovered ? [{ suspicion, after }] : [];
    })
    .sort((a, b) => lossOf(a.after) - lossOf(b.after));
  const named = inOrder(bestOfEach(useful));
  const causes = named.map(({ suspicion, after }): DiagnosedCause => {
    const { cause, text, subjects } = suspicion;
    return { cause, text, subjects, lines: linesOf(suspicion, patient.step), certainty: "tried", after };
  });
  return { causes, together: await tryTogether(named, patient) };
}

/**
 * Groups of nodes come last: they say where, not why. Where something that was seen heals the model, what was only tried
 * is no cause.
 */
function inOrder(useful: readonly Useful[]): readonly Useful[] {
  const isGroup = ({ suspicion }: Useful) => suspicion.cause === "sensitive-group";
  const isExplained = useful.some(({ suspicion, after }) => suspicion.isSeen && !isHurt(after));
  const reasons = useful.filter((each) => !isGroup(each) && (each.suspicion.isSeen || !isExplained));
  return [...reasons, ...useful.filter(isGroup)];
}

/** Of several cures for one cause: the smallest that heals, else the one that leaves the least loss. */
function bestOfEach(useful: readonly Useful[]): readonly Useful[] {
  return useful.filter((each) => {
    const rivals = useful.filter(({ suspicion }) => suspicion.cause === each.suspicion.cause);
    const healing = rivals.filter(({ after }) => !isHurt(after));
    const simplest = [...healing].sort((a, b) => sizeOf(a) - sizeOf(b))[0];
    return each.after === (simplest ?? rivals[0])?.after;
  });
}

const sizeOf = ({ suspicion }: Useful) => suspicion.cure.except?.length ?? 0;

async function judgeAll(suspicions: readonly Suspicion[], patient: Patient): Promise<ReadonlyMap<string, Judgement>> {
  const { step, original, tools } = patient;
  const distinct = [...new Map(suspicions.map((suspicion) => [keyOf(suspicion, step), suspicion]))];
  const found = new Map<string, Judgement>();
  for (let start = 0; start < distinct.length; start += together) {
    tools.progress.report("trying cures", start, distinct.length);
    const some = distinct.slice(start, start + together);
    const models: Model[] = [];
    for (const [, { cure, samples }] of some)
      models.push(await quantizedBy(cured(step, cure), patient, samples?.tools ?? tools));
    for (const [i, judgement] of (await tools.data.judge(models, original)).entries())
      found.set(some[i]![0], judgement);
  }
  return found;
}

function keyOf(suspicion: Suspicion, step: StaticStep): string {
  return linesOf(suspicion, step).join("\n");
}

function linesOf({ cure, samples }: Suspicion, step: StaticStep): readonly string[] {
  if (samples !== undefined) return [samples.line];
  return stepLines(cured(step, cure));
}

/** Several cures at once, where none of them alone is enough. */
async function tryTogether(useful: readonly Useful[], patient: Patient): Promise<TriedCure | undefined> {
  const [best] = [...useful].sort((a, b) => lossOf(a.after) - lossOf(b.after));
  if (best === undefined || useful.length < 2 || useful.some(({ after }) => !isHurt(after))) return undefined;
  // The best one's options win.
  const all = [...useful].reverse().reduce((step, { suspicion }) => cured(step, suspicion.cure), patient.step);
  const samples = useful.find(({ suspicion }) => suspicion.samples)?.suspicion.samples;
  const model = await quantizedBy(all, patient, samples?.tools ?? patient.tools);
  const [after] = await patient.tools.data.judge([model], patient.original);
  if (after === undefined || lossOf(after) >= lossOf(best.after)) return undefined;
  return { lines: [...(samples === undefined ? [] : [samples.line]), ...stepLines(all)], after };
}
