/**
 * The splits of a recipe's data.
 *
 * 1. A split has a source of its own, or is taken from the training data by a share of it.
 * 2. What is found on data (categories, scales, vocabularies, classes) is found on training samples alone: on those that
 *    are left when validation and test are taken out.
 * 3. Only the splits that are wanted are opened, and the training data where they need it.
 */
import { classOf, type Dataset, subset } from "../dataset.ts";
import { emptySplitError, rolesDifferError, splitSourceError, tableFillError, tableFitError } from "../errors.ts";
import { type SplitIndices, splitIndices } from "../splits.ts";
import { cellText, type Encoder, fitEncoder } from "../table/encoder.ts";
import { withGaps } from "../table/gaps.ts";
import { columnNamed, readTable, type Table } from "../table/read-table.ts";
import { tableDataset } from "../table/table-dataset.ts";
import { columnValues, openSource, type SourceContext, type SplitName, tableFile } from "./open-source.ts";
import type { SourceSpec, TableSource } from "./source-spec.ts";

export interface DataSpec {
  readonly train?: SourceSpec | undefined;
  readonly validation?: SourceSpec | undefined;
  readonly test?: SourceSpec | undefined;
  readonly split?: SplitSpec | undefined;
}

export interface SplitSpec {
  /** Shares of the training data. */
  readonly validation: number;
  readonly test: number;
  readonly stratify: boolean;
  readonly seed: number;
}

export type SplitsContext = Omit<SourceContext, "split" | "train">;
export type Splits = Partial<Readonly<Record<SplitName, Dataset>>>;

/** @throws DATA_SPLIT, DATA_FIT, and the faults of the kinds of data */
export async function openSplits(
  data: DataSpec,
  context: SplitsContext,
  wanted: readonly SplitName[],
): Promise<Splits> {
  if (data.train !== undefined && "table" in data.train) return await openTables(data, data.train, context, wanted);
  const opened: { -readonly [name in SplitName]?: Dataset } = {};
  const parts = partsOf(data);
  const whole = needsTrain(data, wanted) ? await openWhole(data.train, context) : undefined;
  const indices = whole && parts.length > 0 ? await indicesOf(whole, data) : undefined;
  if (whole !== undefined && indices !== undefined) checkParts(data, indices, whole.length);
  for (const name of wanted) {
    const spec = data[name];
    if (name === "train" || (spec === undefined && parts.includes(name))) {
      if (whole !== undefined) opened[name] = indices === undefined ? whole : subset(whole, indices[name], name);
    } else if (spec !== undefined) opened[name] = await openOther(spec, { ...context, split: name, train: data.train });
  }
  return opened;
}

/** Splits that are taken from the training data. */
function partsOf({ split, validation, test }: DataSpec): readonly SplitName[] {
  return [
    ...(split !== undefined && split.validation > 0 && validation === undefined ? (["validation"] as const) : []),
    ...(split !== undefined && split.test > 0 && test === undefined ? (["test"] as const) : []),
  ];
}

function needsTrain(data: DataSpec, wanted: readonly SplitName[]): boolean {
  return wanted.includes("train") || wanted.some((name) => partsOf(data).includes(name));
}

async function openWhole(train: SourceSpec | undefined, context: SplitsContext): Promise<Dataset | undefined> {
  if (train === undefined) return undefined;
  return await openOther(train, { ...context, split: "train", train });
}

/** A table that has no training table is its own measure, where nothing has to be found on training data. */
async function openOther(spec: SourceSpec, context: SourceContext): Promise<Dataset> {
  if (!("table" in spec)) return await openSource(spec, context);
  const table = withGaps(await readTable(tableFile(spec, context.resolve)), spec);
  const rows = allRows(table);
  const encoder = fitEncoder(table, spec, rows);
  const isFree = spec.standardise === false && encoder.codes.every(({ kind }) => kind === "number");
  if (!isFree) throw tableFitError(spec.table);
  for (const { name } of encoder.codes) {
    const column = columnNamed(table, name);
    const gap = rows.find((row) => cellText(column, row) === undefined);
    if (gap !== undefined) throw tableFillError(`row ${gap + 1} of ${spec.table}`, name);
  }
  return tableDataset(table, encoder, spec.target, rows);
}

async function indicesOf(dataset: Dataset, data: DataSpec): Promise<SplitIndices> {
  const { stratify, ...plan } = sharesOf(data);
  const { groupOf } = dataset;
  if (groupOf !== undefined) {
    const groups = Array.from({ length: dataset.length }, (_, i) => groupOf(i));
    return splitIndices(dataset.length, { ...plan, groups });
  }
  if (!stratify) return splitIndices(dataset.length, plan);
  const strata: number[] = [];
  for (let i = 0; i < dataset.length; i++)
    strata.push(classOf(dataset.targetOf ? dataset.targetOf(i) : (await dataset.sample(i)).target));
  return splitIndices(dataset.length, { ...plan, strata });
}

/** A split that has a source of its own takes no share. */
function sharesOf(data: DataSpec): SplitSpec {
  const parts = partsOf(data);
  const { validation = 0, test = 0, stratify = true, seed = 0 } = data.split ?? {};
  return {
    validation: parts.includes("validation") ? validation : 0,
    test: parts.includes("test") ? test : 0,
    stratify,
    seed,
  };
}

async function openTables(
  data: DataSpec,
  train: TableSource,
  { resolve }: SplitsContext,
  wanted: readonly SplitName[],
): Promise<Splits> {
  const whole = withGaps(await readTable(tableFile(train, resolve)), train);
  const indices = tableIndices(whole, train, data);
  checkParts(data, indices, whole.rows);
  const encoder = fitEncoder(whole, train, indices.train);
  const opened: { -readonly [name in SplitName]?: Dataset } = {};
  for (const name of wanted) {
    const spec = name === "train" ? undefined : data[name];
    if (spec !== undefined) opened[name] = await openLike(spec, train, encoder, resolve, name);
    else if (name === "train" || partsOf(data).includes(name))
      opened[name] = tableDataset(whole, encoder, train.target, indices[name]);
  }
  return opened;
}

function tableIndices(table: Table, train: TableSource, data: DataSpec): SplitIndices {
  const { stratify, ...plan } = sharesOf(data);
  if (train.group !== undefined) return splitIndices(table.rows, { ...plan, groups: columnValues(table, train.group) });
  const target = table.columns.find(({ name }) => name === train.target);
  const isClass = train.task === "classification" || (train.task === undefined && target?.kind === "text");
  if (!stratify || !isClass) return splitIndices(table.rows, plan);
  return splitIndices(table.rows, { ...plan, strata: columnValues(table, train.target) });
}

/** @throws DATA_SPLIT where a share is so small or large that a split has no sample */
function checkParts(data: DataSpec, indices: SplitIndices, samples: number): void {
  for (const name of partsOf(data))
    if (name !== "train" && indices[name].length === 0) throw emptySplitError(name, data.split![name], samples);
  if (indices.train.length > 0) return;
  const share = partsOf(data).reduce((sum, name) => sum + (name === "train" ? 0 : data.split![name]), 0);
  throw emptySplitError("train", 1 - share, samples);
}

/** What is found on training data is found in its way: other wishes would have no effect. @throws DATA_FIT */
function checkRoles(spec: TableSource, train: TableSource, split: SplitName): void {
  const roles = (of: TableSource) => ({
    target: of.target,
    task: of.task,
    encoding: of.encoding ?? "onehot",
    standardise: of.standardise ?? true,
    categorical: of.categorical?.toSorted().join(", "),
  });
  const [own, found] = [roles(spec), roles(train)];
  for (const name of ["target", "task", "encoding", "standardise", "categorical"] as const) {
    if (spec[name] === undefined || own[name] === found[name]) continue;
    if (name === "task" && found.task === undefined) continue;
    throw rolesDifferError(`data.${split}.${name}`, `${found[name] ?? "nothing"}`, `${own[name]}`);
  }
}

async function openLike(
  spec: SourceSpec,
  train: TableSource,
  encoder: Encoder,
  resolve: (path: string) => string,
  split: SplitName,
): Promise<Dataset> {
  if (!("table" in spec)) throw splitSourceError(split);
  checkRoles(spec, train, split);
  const table = withGaps(await readTable(tableFile(spec, resolve)), train);
  return tableDataset(table, encoder, train.target, allRows(table));
}

function allRows({ rows }: Table): readonly number[] {
  return Array.from({ length: rows }, (_, row) => row);
}
