import { type MeasureSpec, writtenOut } from "@pare/recipe";
import { formatBytes, formatCount } from "@pare/report";
import { stringify } from "yaml";
import { wrap } from "../inspect/text.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { type Plan, type PlannedStep, planRecipe } from "./plan.ts";

/** Prints a recipe with every default, and as comments what it would do: the output is itself a recipe. */
export const planCommand: CommandRun<{ readonly recipe: string }> = async ({ recipe }, terminal) => {
  const plan = await planRecipe(recipe, terminal);
  terminal.printJson({ ...plan, recipe: writtenOut(plan.recipe) });
  terminal.print(`${stringify(writtenOut(plan.recipe))}\n${comments(plan, terminal.width)}`);
  return 0;
};

function comments(plan: Plan, width: number): string {
  const lines = [modelLine(plan), ...plan.steps.flatMap(stepLines), ...dataLines(plan), ...measureLines(plan)];
  return lines.flatMap((line) => comment(line, width)).join("\n");
}

/** Broken at spaces; what follows stands under it, further in. */
function comment(line: string, width: number): readonly string[] {
  const text = line.trimStart();
  const indent = " ".repeat(line.length - text.length + 1);
  const parts = wrap(text, width - indent.length - 3);
  return parts.map((part, i) => `#${indent}${i === 0 ? "" : "  "}${part}`.trimEnd());
}

function modelLine({ model }: Plan): string {
  const macs = model.macs === null ? "" : `, ${formatCount(model.macs)} MACs`;
  const weights = `${formatCount(model.parameters)} parameters (${formatBytes(model.weightBytes)})`;
  return `Model: ${formatCount(model.nodes)} nodes, ${weights}${macs}`;
}

function stepLines({ pass, promise, nodesBefore, nodesAfter, notes }: PlannedStep, index: number): readonly string[] {
  const lines = notes.map(({ kind, text }) => `     ${kind === "left" ? "left alone: " : ""}${text}`);
  return [`Step ${index + 1}: ${pass} (${promise}): ${nodesBefore} → ${nodesAfter} nodes`, ...lines];
}

function dataLines({ data, shared, notes }: Plan): readonly string[] {
  const others = data.filter(({ split }) => split !== "test");
  return [
    ...others.map(({ split, name, samples }) => `Data for ${split}: ${formatCount(samples)} samples of ${name}`),
    ...notes.map(({ text }) => `NOTE: ${text}`),
    ...shared.map(({ splits: [first, second], count, examples }) => {
      const [a, b] = examples[0]!;
      return `WARNING: ${formatCount(count)} samples of ${first} are also in ${second}: ${first}'s ${a} is ${second}'s ${b}, for one`;
    }),
  ];
}

function measureLines({ recipe, data, measureSeconds }: Plan): readonly string[] {
  const accuracy = data
    .filter(({ split }) => split === "test")
    .map(
      ({ name, samples }) =>
        `Evaluates ${recipe.evaluate.metrics.join(", ")} on ${formatCount(samples)} samples of ${name}`,
    );
  const timings = recipe.measure.map(
    ({ name, engine, device, threads, scenario, batch, ...load }) =>
      `Times ${name}: ${scenario}${loadText(load)}, ${engine} on ${device}, ${threads} ${threads === 1 ? "thread" : "threads"}, batch ${batch}`,
  );
  const time = measureSeconds > 0 ? [`Timing takes about ${measureSeconds} seconds.`] : [];
  return [...accuracy, ...timings, ...time, "Nothing was written."];
}

/** " at 30 requests a second", " with p99 within 50 ms". */
function loadText({ rate, boundMs, percentile }: Pick<MeasureSpec, "rate" | "boundMs" | "percentile">): string {
  if (rate !== undefined) return ` at ${rate} requests a second`;
  return boundMs === undefined ? "" : ` with p${percentile} within ${boundMs} ms`;
}
