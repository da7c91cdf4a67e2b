import { noiseMetric } from "@pare/measure";
import type { Judgement } from "@pare/pass";
import { wrap } from "../inspect/text.ts";
import type { DiagnosedCause, Diagnosis } from "./diagnosis.ts";

/** For a terminal: lines of at most `width` columns, but for the lines of a recipe, which are not broken. */
export function diagnosisText(diagnosis: Diagnosis, width: number): string {
  const { model, step, target, judgement, causes, remarks, together, isHurt, recipe } = diagnosis;
  const made = step === undefined ? "as it is" : `quantized by \`${step.replace(/^- /, "")}\``;
  const head = [`${model}, ${made}, for ${target}, on the data of ${recipe}`, outcome(judgement)];
  const body = causes.flatMap((cause, i) => ["", ...causeLines(cause, i + 1, width)]);
  const both =
    together === undefined
      ? []
      : ["", ...wrap(`All together: ${outcome(together.after)}`, width), ...code(together.lines)];
  return [
    ...head.flatMap((line) => wrap(line, width)),
    ...body,
    ...both,
    "",
    ...wrap(verdict(causes, isHurt), width),
    ...remarks.flatMap((remark) => wrap(`Also: ${remark}.`, width)),
  ].join("\n");
}

function verdict(causes: readonly DiagnosedCause[], isHurt: boolean): string {
  if (causes.length > 0) return `${causes.length} ${causes.length === 1 ? "cause" : "causes"} found.`;
  if (isHurt) return "Accuracy is lost, and no cause was found that a line of the recipe cures.";
  return "Nothing to cure: next to nothing is lost.";
}

const namesShown = 4;

function causeLines(cause: DiagnosedCause, number: number, width: number): readonly string[] {
  const { text, subjects, lines, after, certainty } = cause;
  const more = subjects.length > namesShown ? ` and ${subjects.length - namesShown} more` : "";
  const names = subjects.length === 0 ? "" : `: ${subjects.slice(0, namesShown).join(", ")}${more}`;
  const sentence = `${number}. ${cause.cause}: ${text}${names}.`;
  const cures: Readonly<Record<DiagnosedCause["certainty"], string>> = {
    tried: after === undefined ? "" : `With this it is ${outcome(after)}`,
    seen: "This cures it:",
    predicted: "This cures it; predicted for another processor, not tried:",
  };
  const next = lines.length === 0 ? ["   No line of a recipe cures it."] : [`   ${cures[certainty]}`];
  const wrapped = [...wrap(sentence, width - 3), ...next.flatMap((line) => wrap(line.trim(), width - 3))];
  return [...wrapped.map((line, i) => (i === 0 ? line : `   ${line}`)), ...code(lines)];
}

const code = (lines: readonly string[]) => lines.map((line) => `       ${line}`);

/** "accuracy.top1 80.20 % → 52.10 % on 1000 validation samples, 61.00 % agree". */
export function outcome({ metric, reference, value, samples, agreement, snrDb }: Judgement): string {
  const isShare = metric.startsWith("accuracy");
  const text = (x: number) => (isShare ? percent(x) : x.toPrecision(4));
  const figures = metric === noiseMetric ? "outputs" : `${metric} ${text(reference)} → ${text(value)}`;
  const same = agreement === undefined ? `signal-to-noise ${snrDb.toFixed(1)} dB` : `${percent(agreement)} agree`;
  return `${figures} on ${samples} validation samples, ${same}.`;
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
