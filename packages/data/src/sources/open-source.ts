import { existsSync, readFileSync } from "node:fs";
import { arrayDataset } from "../arrays/array-dataset.ts";
import { cifarImages } from "../arrays/cifar.ts";
import { idxImages } from "../arrays/idx.ts";
import type { Dataset, DatasetNote } from "../dataset.ts";
import { encodingError, tokenizerMissingError } from "../errors.ts";
import { fileStat } from "../files/file-set.ts";
import { fraud } from "../generated/fraud.ts";
import { reviews } from "../generated/reviews.ts";
import { type GlyphSplit, glyphs } from "../glyphs/glyphs.ts";
import type { ClassRule } from "../images/classes.ts";
import type { Geometry } from "../images/geometry.ts";
import { imageFiles } from "../images/image-files.ts";
import { shapedDataset } from "../images/shaped.ts";
import { moduleDataset } from "../modules/user-source.ts";
import { cellText, columnText } from "../table/encoder.ts";
import { columnNamed, readTable, type Table, type TableFile } from "../table/read-table.ts";
import { languageDataset } from "../text/language-dataset.ts";
import { classesOf, textDataset } from "../text/text-dataset.ts";
import { characterTokenizer, huggingFaceTokenizer, type TextTokenizer } from "../text/tokenizer.ts";
import type { LanguageSource, SourceSpec, TableSource, TextSource } from "./source-spec.ts";

export type SplitName = GlyphSplit;

export interface SourceContext {
  /** A path of the recipe as one of the file system. */
  readonly resolve: (path: string) => string;
  readonly split: SplitName;
  /** For images. */
  readonly geometry?: Geometry;
  /** Of the recipe, for modules. */
  readonly seed: number;
  /** The source of the training data: vocabularies and classes of text come from it. */
  readonly train?: SourceSpec | undefined;
}

/** Names after `generated`. */
export const generatedSets = { glyphs, fraud, reviews } as const;

/** Every kind but tables, whose encoding is found on training rows first. @throws the faults of the kind of data */
export async function openSource(spec: Exclude<SourceSpec, TableSource>, context: SourceContext): Promise<Dataset> {
  return shapedDataset(await open(spec, context), "images" in spec ? {} : (context.geometry ?? {}));
}

async function open(spec: Exclude<SourceSpec, TableSource>, context: SourceContext): Promise<Dataset> {
  const { resolve, split, geometry = {} } = context;
  if ("images" in spec) {
    const { images, classes, corrupt, group } = spec;
    return await imageFiles({ path: resolve(images), classes: classRule(classes, resolve), corrupt, group, geometry });
  }
  if ("generated" in spec) {
    const make = generatedSets[spec.generated as keyof typeof generatedSets];
    return make({ split, length: spec.samples, seed: spec.seed });
  }
  if ("idx" in spec)
    return await idxImages({
      images: resolve(spec.idx),
      ...(spec.labels !== undefined && { labels: resolve(spec.labels) }),
    });
  if ("cifar" in spec) return await cifarImages({ paths: spec.cifar.map(resolve), classes: spec.classes });
  if ("text" in spec) return await openText(spec, context);
  if ("language" in spec) return await openLanguage(spec, context);
  if ("module" in spec) {
    const { seed } = context;
    return await moduleDataset(resolve(spec.module), { split, seed, options: spec.options });
  }
  const { arrays, target, group } = spec;
  if (typeof arrays === "string") return await arrayDataset({ ...spec, arrays: resolve(arrays) });
  const paths = Object.entries(arrays).map(([field, path]) => [field, resolve(path)] as const);
  return await arrayDataset({
    ...spec,
    arrays: Object.fromEntries(paths),
    ...(target !== undefined && { target: resolve(target) }),
    ...(group !== undefined && { group: resolve(group) }),
  });
}

function classRule(written: string, resolve: (path: string) => string): ClassRule {
  return written === "folder" || written === "number" || written === "none" ? written : { file: resolve(written) };
}

/** The file that a table or labelled text is in. */
export function tableFile(spec: TableSource | TextSource, resolve: (path: string) => string): TableFile {
  const { header, columns, delimiter } = spec;
  return { path: resolve("table" in spec ? spec.table : spec.text), header, columns, delimiter };
}

async function openText(spec: TextSource, context: SourceContext): Promise<Dataset> {
  const { resolve, split, train } = context;
  const table = await readTable(tableFile(spec, resolve));
  const like = train !== undefined && "text" in train ? train : spec;
  const fitted = like === spec ? table : await readTable(tableFile(like, resolve));
  return textDataset({
    table,
    column: spec.column,
    target: spec.target,
    group: spec.group,
    tokenizer: await tokenizerOf(spec.tokenizer, context, () => allText(fitted, like.column)),
    maxLength: spec["max-length"],
    notes: spec.tokenizer === "characters" && split !== "train" && like === spec ? [ownVocabularyNote(split, "")] : [],
    ...(spec.target !== undefined && like.target !== undefined && { classes: classesOf(fitted, like.target) }),
  });
}

function allText(table: Table, column: string): string {
  return columnText(columnNamed(table, column)).join("");
}

/** Ranks among the characters of what is tested: a model knows them only by luck. */
function ownVocabularyNote(split: SplitName, choice: string): DatasetNote {
  return {
    text: `the ids of characters are their ranks among those of the ${split} text itself: give ${choice}\`data.train\`, the text that the model was trained on`,
  };
}

async function openLanguage(spec: LanguageSource, context: SourceContext): Promise<Dataset> {
  const { resolve, split, train } = context;
  const whole = readText(resolve(spec.language));
  const [from, to] = spec.range.map((share) => Math.round(share * whole.length));
  const like = train !== undefined && "language" in train ? train : spec;
  const vocabulary = spec.vocabulary ?? like.vocabulary ?? like.language;
  const tokenizer = await tokenizerOf(spec.tokenizer, context, () => readText(resolve(vocabulary)));
  const isWhole = from === 0 && to === whole.length;
  // A part of a text has the characters of the whole, which is more than what is tested.
  const isOwn = spec.tokenizer === "characters" && spec.vocabulary === undefined && like === spec && isWhole;
  return languageDataset({
    name: spec.language,
    text: whole.slice(from, to),
    before: whole.slice(0, from),
    tokenizer,
    length: spec.length,
    ...(isOwn && split !== "train" && { notes: () => [ownVocabularyNote(split, "`vocabulary` or ")] }),
  });
}

/** @throws DATA_MISSING, DATA_FILE, DATA_TEXT */
function readText(path: string): string {
  fileStat(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(path));
  } catch {
    throw encodingError(path);
  }
}

/** @throws DATA_TOKENIZER, DATA_MISSING, DATA_FILE */
async function tokenizerOf(
  written: string,
  { resolve, split }: SourceContext,
  vocabulary: () => string,
): Promise<TextTokenizer> {
  if (written === "characters") return characterTokenizer(vocabulary());
  const path = resolve(written);
  if (!existsSync(path)) throw tokenizerMissingError(path, `data.${split}.tokenizer`);
  return await huggingFaceTokenizer(path);
}

/** The values of a column of a table source, one a row. */
export function columnValues(table: Table, name: string): readonly string[] {
  const column = columnNamed(table, name);
  return Array.from({ length: table.rows }, (_, row) => cellText(column, row) ?? "");
}

/** One line for people: "images test.tar.gz", "generated glyphs, seed 1". Paths as written. */
export function describeSource(spec: SourceSpec): string {
  if ("generated" in spec) return `generated ${spec.generated}, seed ${spec.seed}`;
  if ("cifar" in spec) return `cifar ${spec.cifar.join(", ")}`;
  if ("arrays" in spec)
    return `arrays ${typeof spec.arrays === "string" ? spec.arrays : Object.values(spec.arrays).join(", ")}`;
  const [kind, path] = Object.entries(spec)[0]!;
  return `${kind} ${path}`;
}
