import { significant } from "./format.ts";
import type { RunRecord, SensitivityRecord } from "./record.ts";

/** Every ranking of a run, in the order of its steps. */
export function sensitivitiesOf({ steps }: RunRecord): readonly SensitivityRecord[] {
  return steps.flatMap(({ notes }) => notes.flatMap(({ sensitivity }) => sensitivity ?? []));
}

export function sensitivityCaption({ direction, unit, samples }: SensitivityRecord): string {
  const what = unit === "nats" ? "Divergence of the probabilities" : "Noise of the outputs";
  const when = direction === "quantized" ? "only these nodes are integer" : "only these nodes are float";
  return `${what} where ${when} (${samples} calibration samples)`;
}

/** The parts that matter most as cells: nodes, divergence. The last row is the whole model. */
export function sensitivityRows(ranking: SensitivityRecord, most: number): readonly (readonly [string, string])[] {
  const rows = ranking.parts
    .slice(0, most)
    .map(({ nodes, divergence }) => [nodeList(nodes), amount(ranking, divergence)] as const);
  return [...rows, ["everything integer", amount(ranking, ranking.all)]];
}

const namesShown = 3;

export function nodeList(nodes: readonly string[]): string {
  const more = nodes.length > namesShown ? ` and ${nodes.length - namesShown} more` : "";
  return nodes.slice(0, namesShown).join(", ") + more;
}

function amount({ unit }: SensitivityRecord, divergence: number | null): string {
  if (divergence === null) return "not finite";
  return unit === "nats" ? `${significant(divergence)} nats` : significant(divergence);
}
