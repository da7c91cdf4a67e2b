/** The results as Markdown. */
import { isAbsolute } from "node:path";
import { describeMachine } from "@pare/engine";
import { peerVersions } from "./environment.ts";
import type { Row, Verdict } from "./judge.ts";

export interface CaseResult {
  readonly model: string;
  readonly testSamples: number;
  readonly calibrationSamples: number;
  readonly rows: readonly Row[];
  /** Tools that made no file, and what they said. */
  readonly failures: readonly { readonly name: string; readonly failure: string }[];
  readonly verdicts: readonly Verdict[];
}

/** How it was measured, and where. @param args of the command */
export function heading(args: readonly string[]): string {
  const { cpu, cpus, features = [], node, system } = describeMachine();
  const present = features.flatMap(({ name, present }) => (present ? [name] : []));
  return `# pare beside its peers

    MODELS=<folder> DATA=<folder> npm run bench:peers -- ${args.map(withoutPlace).join(" ")}

${new Date().toISOString().slice(0, 10)}, ${cpu} (${cpus.allowed} processors; ${present.join(", ")}), ${system}, Node.js ${node}.
Python: ${peerVersions().join(", ")}.

Every tool is given the same float file and the same calibration tensors. One program measures all files: accuracy on
the same test images; \`ms\` and \`speed\` (time of the float file ÷ time, with its 95 % interval) with batch 1 and one
thread, all files interleaved in one process; \`integer\`: share of the multiply-adds that ran in integer kernels, by the
runtime's own trace. \`seconds\` are medians of whole processes that quantize, the tools taking turns; \`MB\` is the sum
over a tool's processes in one more run, since watching takes time.

What each tool is asked for is in \`quantize.py\` and \`tools.ts\`. Peers start from a file raised to operator set 13 where
it was older, which is not counted. \`pare static\` is ORT's min-max algorithm; \`pare auto\` is the default.`;
}

/** Where things lie on a machine says nothing about the results. */
const withoutPlace = (arg: string) => (isAbsolute(arg) ? "<path>" : arg);

const columns = ["", "top-1 %", "agrees with float %", "ms", "speed", "bytes ÷ float", "integer %", "seconds", "MB"];

export function caseMarkdown({ model, testSamples, calibrationSamples, rows, failures, verdicts }: CaseResult): string {
  const missed = verdicts.filter(({ isMet }) => !isMet);
  return [
    `## ${model}`,
    "",
    `${testSamples} test images, ${calibrationSamples} to calibrate.`,
    "",
    line(columns),
    line(columns.map((_, i) => (i === 0 ? "---" : "---:"))),
    ...rows.map((row) => line(cells(row, rows[0]!))),
    ...rows.flatMap(({ name, search }) => chosenText(name, search)),
    ...failures.map(({ name, failure }) => `\n${name} made no file: \`${failure}\`.`),
    "",
    ...(missed.length === 0 ? ["Every goal is met."] : missed.map(missedText)),
  ].join("\n");
}

function chosenText(name: string, search: Row["search"]): readonly string[] {
  const chosen = search?.candidates.find(({ isChosen }) => isChosen);
  return chosen === undefined ? [] : ["", `${name}: ${chosen.label}, of ${search!.candidates.length} ways.`];
}

function missedText({ what, goal, found }: Verdict): string {
  return `- **Missed**: ${what}: ${found}, goal ${goal}.`;
}

function cells({ name, accuracy, speed, sizeBytes, integer, cost }: Row, float: Row): readonly string[] {
  const { value, low, high } = speed.speedUp;
  const isFloat = name === float.name;
  return [
    name.startsWith("pare") ? `**${name}**` : name,
    (100 * accuracy.top1).toFixed(2),
    (100 * accuracy.agreement).toFixed(1),
    speed.medianMs.toPrecision(3),
    isFloat ? "1" : `${value.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`,
    (sizeBytes / float.sizeBytes).toFixed(2),
    (100 * integer).toFixed(0),
    cost === undefined ? "" : cost.seconds.toFixed(1),
    cost === undefined ? "" : (cost.peakBytes / 1e6).toFixed(0),
  ];
}

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
