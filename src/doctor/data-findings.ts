/** Mistakes in the data of a recipe: preprocessing, samples in two splits, values that differ between splits. */
import { type Dataset, findSharedSamples, type SharedSamples, type Splits } from "@pare/data";
import type { Model } from "@pare/ir";
import { evaluateModels } from "@pare/measure";
import type { Recipe } from "@pare/recipe";
import { numbers } from "@pare/tensor";
import { staticInputNotes, triedInputNotes } from "../evaluate/input-notes.ts";
import { openForEvaluation } from "../evaluate/open-model.ts";
import { feedsOf, portsOf } from "../learn/feeds.ts";
import type { LearningData } from "../learn/learning-data.ts";
import { transformOf } from "../run/data.ts";
import type { World } from "../run/tools.ts";
import type { DiagnosedCause } from "./diagnosis.ts";

const seen = { certainty: "seen", after: undefined } as const;

/** Whether the float model is given what it expects: by its first nodes, else by trying other preprocessings. */
export async function preprocessingFindings(
  original: Model,
  data: LearningData,
  world: World,
): Promise<readonly DiagnosedCause[]> {
  const { recipe, validation } = data;
  const given = { dataset: validation, transform: transformOf(recipe), inputs: recipe.data.inputs };
  const { session } = await openForEvaluation(original, world, feedsOf(validation, data, 1));
  await using _ = session;
  const sure = await staticInputNotes(original, session, given);
  const isLabelled = validation.length > 0 && (await validation.sample(0)).target !== undefined;
  const { activation, output } = recipe.evaluate;
  const reading = { metrics: ["accuracy.top1"], activation, ...(output !== undefined && { output }) };
  const [evaluation] =
    sure.length > 0 || !isLabelled ? [] : await evaluateModels([session], feedsOf(validation, data, 32), reading);
  const notes = evaluation === undefined ? sure : await triedInputNotes(session, given, evaluation, reading);
  return notes.map(({ text }) => ({
    cause: "preprocessing",
    text,
    subjects: [],
    lines: inputLines(recipe, /`([^`]*: [^`]*)`/.exec(text)?.[1]),
    ...seen,
  }));
}

/** The recipe's `data.input` with the values as a note has them; what else it says of images stays. */
function inputLines({ data }: LearningData["recipe"], setting: string | undefined): readonly string[] {
  if (setting === undefined) return [];
  const { input } = data;
  const isOrder = setting.startsWith("order");
  const kept = ["grey", "resize", "filter", "crop", "layout", "order"] as const;
  const values = isOrder ? (["scale", "mean", "std"] as const) : [];
  const settings = [...kept, ...values].flatMap((name) => {
    const value = input?.[name];
    const isOwn = value !== undefined && !(name === "order" && isOrder) && !(name === "layout" && value === "NCHW");
    return isOwn ? [`${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`] : [];
  });
  return [`input: { ${[...settings, setting].join(", ")} }`];
}

/** Of the smaller split; fewer shared samples than this move no figure. */
const muchShared = 0.01;

/** Samples that are in two splits. */
export async function leakageFindings(
  data: Recipe["data"],
  splits: Splits,
): Promise<{ readonly causes: readonly DiagnosedCause[]; readonly remarks: readonly string[] }> {
  const sets = Object.fromEntries(Object.entries(splits).filter(([, set]) => set !== undefined));
  if (Object.keys(sets).length < 2) return { causes: [], remarks: [] };
  const shared = await findSharedSamples(sets);
  const isMuch = ({ splits: [a, b], count }: SharedSamples) =>
    count > muchShared * Math.min(sets[a]!.length, sets[b]!.length);
  return {
    causes: shared.filter(isMuch).map((found) => leakage(found, data)),
    remarks: shared.filter((found) => !isMuch(found)).map(sharedText),
  };
}

function sharedText({ splits: [a, b], count }: SharedSamples): string {
  return `${count} ${count === 1 ? "sample is" : "samples are"} in the ${a} and in the ${b} data`;
}

/** A split that has a source of its own can be cut from the training data instead. */
function leakage(shared: SharedSamples, data: Recipe["data"]): DiagnosedCause {
  const other = shared.splits.find((split) => split !== "train");
  const canSplit = other === "validation" || other === "test";
  const own = canSplit && shared.splits.includes("train") && data[other] !== undefined;
  return {
    cause: "leakage",
    text: `${sharedText(shared)}: what was learned by heart is taken for skill`,
    subjects: shared.examples.map(([id]) => id),
    lines: own ? [`split: { ${other}: 0.2 } # instead of ${other}`] : [],
    ...seen,
  };
}

/** One is so many times as wide as the other. */
const unlikeWidths = 8;
const looked = 64;

/** Calibration data whose numbers are not such as the model gets in use. */
export async function valueFindings(
  model: Model,
  data: LearningData,
  test: Dataset | undefined,
): Promise<readonly DiagnosedCause[]> {
  if (test === undefined) return [];
  const [calibration, used] = [await widths(model, data.calibration, data), await widths(model, test, data)];
  return [...calibration].flatMap(([name, width]): readonly DiagnosedCause[] => {
    const other = used.get(name) ?? width;
    const ratio = Math.max(width, other) / Math.min(width, other);
    if (!(ratio > unlikeWidths)) return [];
    const text = `input "${name}" has other values in calibration than in test data: the deviation is ${plain(width)} there and ${plain(other)} here`;
    return [{ cause: "other-values", text, subjects: [name], lines: [], ...seen }];
  });
}

/** Standard deviation of each float input over the first samples. */
async function widths(model: Model, dataset: Dataset, data: LearningData): Promise<ReadonlyMap<string, number>> {
  const ports = portsOf(model);
  for await (const { inputs } of feedsOf(dataset, data, looked).feeds([{ inputs: ports }])) {
    const floats = [...inputs].filter(([, { dtype }]) => dtype.startsWith("float"));
    return new Map(floats.map(([name, tensor]) => [name, deviation(numbers(tensor))]));
  }
  return new Map();
}

function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / values.length);
}

const plain = (value: number) => String(Number(value.toPrecision(3)));
