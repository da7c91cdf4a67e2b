import { html, type Markup } from "./html/markup.ts";
import type { GateRecord, RunRecord } from "./record.ts";

export interface JunitOptions {
  /** A gate that cannot be told is a failure too. */
  readonly strict?: boolean;
}

/**
 * JUnit XML: a suite for each run, with the run itself and each of its gates as a test case. A gate that cannot be told,
 * or has nothing to be compared with, counts as skipped. Measured values are the suite's properties.
 */
export function renderJunit(records: readonly RunRecord[], { strict = false }: JunitOptions = {}): string {
  const suites = records.map((record) => suite(record, strict));
  return html`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="pare">
${suites}</testsuites>
`.markup;
}

function suite(record: RunRecord, strict: boolean): Markup {
  const { recipe, run, gates = [] } = record;
  const failed = gates.filter((gate) => isFailure(gate, strict)).length;
  const skipped = gates.filter((gate) => gate.status !== "pass").length - failed;
  const seconds = (run.durationMs / 1000).toFixed(3);
  const name = `pare.${recipe.name}`;
  const cases = gates.map((gate) => gateCase(gate, name, strict));
  return html`  <testsuite name="${name}" tests="${gates.length + 1}" failures="${failed}" errors="0" skipped="${skipped}" time="${seconds}" timestamp="${run.startedAt.replace(/(\.\d+)?Z$/, "")}">
    <properties>
${properties(record)}    </properties>
    <testcase classname="${name}" name="steps and measurements" time="${seconds}"/>
${cases}  </testsuite>
`;
}

const isFailure = ({ status }: GateRecord, strict: boolean) =>
  status === "fail" || (strict && status === "cannot-tell");

function gateCase(gate: GateRecord, suiteName: string, strict: boolean): Markup {
  const { expression, status, reason } = gate;
  const tag = isFailure(gate, strict) ? "failure" : status === "pass" ? undefined : "skipped";
  const message = status === "cannot-tell" ? `cannot tell: ${reason}` : reason;
  const opened = html`    <testcase classname="${`${suiteName}.gates`}" name="${expression}" time="0"`;
  if (tag === undefined) return html`${opened}/>\n`;
  return html`${opened}><${tag} message="${message}"/></testcase>\n`;
}

function properties({ original, result, environment }: RunRecord): readonly Markup[] {
  const values: readonly (readonly [string, string | number])[] = [
    ["pare", environment.pare],
    ["result.sha256", result.sha256],
    ["original.sha256", original.sha256],
    ["size.file", result.sizeBytes],
    ["nodes", result.nodes],
    ...result.metrics.map((metric) => [metric.name, metric.value] as const),
  ];
  return values.map(([name, value]) => html`      <property name="${name}" value="${value}"/>\n`);
}
