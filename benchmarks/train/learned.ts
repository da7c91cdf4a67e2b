/** What was learned, run by run, and its tables. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface LearnedRun {
  /** Of the recipe. */
  readonly name: string;
  readonly seed: number;
  readonly date: string;
  /** Of every training in it: the metric on validation data before, and of the best epoch. */
  readonly validation: readonly {
    readonly label: string;
    readonly before: number | null;
    readonly value: number;
    readonly best: number;
    /** Where rounding was trained: share of validation samples whose class the stored codes keep. */
    readonly agreement?: number;
  }[];
  /** Top-1 accuracy on test data. */
  readonly test: { readonly original?: number; readonly result: number };
}

const pairs = [
  ["width8-taught", "width8-alone"],
  ["vit-taught", "vit-alone"],
  ["vit-int8", "vit-longer"],
  ["resnet8-3-bits", "resnet8-longer"],
  ["resnet8", "resnet8-torch"],
] as const;
/** Student's t at 97.5 % by degrees of freedom. */
const tOf95 = [Infinity, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

/** Adds runs to `folder`/results.json, in the place of earlier ones of their name and seed, and writes results.md anew. */
export function keepRuns(folder: string, runs: readonly LearnedRun[]): void {
  const path = join(folder, "results.json");
  const before: readonly LearnedRun[] = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : [];
  const keyOf = ({ name, seed }: LearnedRun) => `${name} ${seed}`;
  const all = new Map([...before, ...runs].map((run) => [keyOf(run), run]));
  const sorted = [...all.values()].sort((a, b) => a.name.localeCompare(b.name) || a.seed - b.seed);
  writeFileSync(path, `${JSON.stringify(sorted, null, 2)}\n`);
  writeFileSync(join(folder, "results.md"), `${heading}\n\n${learnedTables(sorted)}\n`);
}

const heading = `# What training brings

    MODELS=<folder> DATA=<folder> npm run bench:learn -- <recipe> --seeds <seeds> --out benchmarks/train

Recipes are in \`recipes\`; \`results.json\` has every run. Top-1 accuracy in per cent on CIFAR-10's test images, which no
training sees; validation is the best epoch's. Of pairs, runs of one seed are compared, with the 95 % interval of the mean
difference (Student's t). Alike: validation images that the stored model and the trained graph give the same class.
\`resnet8-torch\`, where it is there, is PyTorch with the same splits: \`benchmarks/train/torch.ts\`.`;

/** As Markdown. */
export function learnedTables(runs: readonly LearnedRun[]): string {
  const named = new Map<string, LearnedRun[]>();
  for (const run of runs) named.set(run.name, [...(named.get(run.name) ?? []), run]);
  const rows = [...named].map(([name, of]) => {
    const tests = of.map(({ test }) => test.result);
    const best = of.flatMap(({ validation }) => validation.slice(0, 1).map(({ value }) => value));
    const each = of.map(({ seed, test }) => `${percent(test.result)} (${seed})`).join(", ");
    return `| ${name} | ${percent(mean(best))} | **${percent(mean(tests))}** | ${each} |`;
  });
  const compared = pairs.flatMap(([one, other]) => {
    const others = new Map(named.get(other)?.map(({ seed, test }) => [seed, test.result]));
    const differences = (named.get(one) ?? []).flatMap(({ seed, test }) => {
      const beside = others.get(seed);
      return beside === undefined ? [] : [test.result - beside];
    });
    if (differences.length === 0) return [];
    const half = (tOf95[differences.length - 1] ?? 1.96) * (deviation(differences) / Math.sqrt(differences.length));
    const interval =
      differences.length === 1 ? "–" : `${points(mean(differences) - half)} to ${points(mean(differences) + half)}`;
    return [`| ${one} − ${other} | ${points(mean(differences))} | ${interval} | ${differences.length} |`];
  });
  const alike = [...named].flatMap(([name, of]) => {
    const each = of.flatMap(({ seed, validation }) =>
      validation.flatMap(({ agreement }) => (agreement === undefined ? [] : [{ seed, agreement }])),
    );
    const seeds = each.map(({ seed, agreement }) => `${percent(agreement)} (${seed})`).join(", ");
    return each.length === 0
      ? []
      : [`| ${name} | ${percent(mean(each.map(({ agreement }) => agreement)))} | ${seeds} |`];
  });
  return [
    ...["| recipe | validation | test | by seed |", "| --- | ---: | ---: | --- |", ...rows],
    ...(compared.length === 0
      ? []
      : ["", "| pair | points | 95 % | seeds |", "| --- | ---: | --- | ---: |", ...compared]),
    ...(alike.length === 0 ? [] : ["", "| recipe | alike | by seed |", "| --- | ---: | --- |", ...alike]),
  ].join("\n");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

const percent = (share: number) => (100 * share).toFixed(2);
const points = (share: number) => `${share > 0 ? "+" : ""}${(100 * share).toFixed(2)}`;
