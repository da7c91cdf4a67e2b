import { didYouMean, PareError } from "@pare/error";
import type { Skipped } from "./dataset.ts";

export function sampleIndexError(name: string, index: number, length: number): PareError {
  return new PareError({
    code: "DATA_INDEX",
    at: name,
    problem: "there is no such sample",
    expected: `an integer from 0 to ${length - 1}`,
    got: `${index}`,
  });
}

export function datasetSizeError(name: string, length: number, most: number): PareError {
  return new PareError({
    code: "DATA_SIZE",
    at: name,
    problem: "this number of samples cannot be made",
    expected: `an integer from 1 to ${most}`,
    got: `${length}`,
  });
}

export function batchSizeError(size: number): PareError {
  return new PareError({
    code: "DATA_BATCH",
    problem: "the batch size is not a positive integer",
    got: `${size}`,
  });
}

export function sampleTypeError(
  dataset: string,
  sample: string,
  field: string,
  expected: string,
  got: string,
): PareError {
  return new PareError({
    code: "DATA_TYPE",
    at: `"${field}" of sample ${sample} of ${dataset}`,
    problem: "the sample cannot go into this batch",
    expected,
    got,
    next: "All samples of a batch need one element type and one shape; images can be resized and cropped to one.",
  });
}

export function sampleFieldError(dataset: string, sample: string, field: string, fields: readonly string[]): PareError {
  return new PareError({
    code: "DATA_FIELD",
    at: `sample ${sample} of ${dataset}`,
    problem: `there is no field "${field}"`,
    expected: fields.join(", "),
    next: "Bind the model's inputs to fields that the data has.",
  });
}

export function transformChannelsError(part: string, channels: number, got: number): PareError {
  return new PareError({
    code: "DATA_TRANSFORM",
    at: part,
    problem: "the number of values does not match the images",
    expected: `1 value, or ${channels}: one for each channel`,
    got: `${got}`,
  });
}

export function transformValueError(part: string, expected: string, got: number): PareError {
  return new PareError({
    code: "DATA_TRANSFORM",
    at: part,
    problem: "the value is not usable",
    expected,
    got: `${got}`,
  });
}

export function augmentNothingError(dataset: string, fields: readonly string[]): PareError {
  return new PareError({
    code: "DATA_AUGMENT",
    at: `data.augment of ${dataset}`,
    problem: "only images can be augmented, and the training data has none",
    expected: "bytes, or numbers with the channels last: [height, width, channels]",
    got: fields.join(", "),
    next: "Leave `augment` out.",
  });
}

export function augmentNoDataError(): PareError {
  return new PareError({
    code: "DATA_AUGMENT",
    at: "data.augment",
    problem: "only training data is augmented, and there is none",
    next: "Add `data.train`, or leave `augment` out.",
  });
}

export function augmentSizeError(option: string, most: number, got: number): PareError {
  return new PareError({
    code: "DATA_AUGMENT",
    at: `data.augment.${option}`,
    problem: "it is too large for the images",
    expected: `at most ${most}`,
    got: `${got}`,
  });
}

export function dataMissingError(path: string, cause: unknown): PareError {
  return new PareError(
    { code: "DATA_MISSING", at: path, problem: "there is no such file or folder" },
    cause instanceof Error ? { cause } : {},
  );
}

export function archiveError(path: string | undefined, problem: string): PareError {
  return new PareError({
    code: "DATA_ARCHIVE",
    ...(path !== undefined && { at: path }),
    problem: `the archive cannot be read: ${problem}`,
    next: "Images come from a folder, or from a tar, tar.gz or zip archive of one.",
  });
}

export function emptyImagesError(path: string, files: number): PareError {
  return new PareError({
    code: "DATA_EMPTY",
    at: path,
    problem: "there are no images here",
    expected: "files that end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff or .avif",
    got: files === 0 ? "no files" : `${files} other ${files === 1 ? "file" : "files"}`,
  });
}

export function allCorruptError(path: string, skipped: readonly Skipped[]): PareError {
  const [first] = skipped;
  return new PareError({
    code: "DATA_EMPTY",
    at: path,
    problem: `none of the ${skipped.length} images can be used`,
    next: `The first, ${first?.id}: ${first?.reason.replace(/\.?\s*$/, "")}.`,
  });
}

export function folderError(path: string): PareError {
  return new PareError({ code: "DATA_FILE", at: path, problem: "this is a folder", expected: "a file" });
}

export function notNumberError(dataset: string, sample: string, field: string): PareError {
  return new PareError({
    code: "DATA_NAN",
    at: `"${field}" of sample ${sample} of ${dataset}`,
    problem: "a value is not a number (NaN)",
    next: "Fill such values in, or leave the sample out.",
  });
}

/** @param line the first that is not, from 1 */
export function encodingError(path: string, line?: number): PareError {
  return new PareError({
    code: "DATA_TEXT",
    at: line === undefined ? path : `${path}:${line}`,
    problem: "this is no text in UTF-8",
    next: "Convert it from its own encoding: iconv -f LATIN1 -t UTF-8, for one.",
  });
}

export function imageError(file: string, cause: unknown): PareError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PareError(
    {
      code: "DATA_IMAGE",
      at: file,
      problem: `the image cannot be used: ${message.replace(/\.?\s*$/, "").replace(/\s+/g, " ")}`,
      next: "Remove it, or leave such files out with `corrupt: skip`.",
    },
    cause instanceof Error ? { cause } : {},
  );
}

export function oneClassImagesError(path: string, classes: readonly string[]): PareError {
  const isNone = classes.length === 0 || classes[0] === "";
  return new PareError({
    code: "DATA_CLASSES",
    at: path,
    problem: isNone ? "there are no folders that could be classes" : "all samples are of one class",
    expected: "at least two: a folder for each class",
    got: isNone ? "no folders" : `only "${classes[0]}"`,
    next: "For images without labels set `classes: none`; where others of the model's classes are not here, `classes: <file>`, which names them all.",
  });
}

export function oneClassTableError(column: string, classes: readonly string[]): PareError {
  return oneClassColumnError(column, classes, {
    problem: "all rows are of one class",
    next: "Is `target` the right column? Give rows of other classes too, as `data.train` or here.",
  });
}

export function oneClassTextError(column: string, classes: readonly string[]): PareError {
  return oneClassColumnError(column, classes, {
    problem: "all texts are of one class",
    next: "Give texts of other classes too, as `data.train` or here; for texts without labels leave `target` out.",
  });
}

function oneClassColumnError(
  column: string,
  classes: readonly string[],
  words: { readonly problem: string; readonly next: string },
): PareError {
  return new PareError({
    code: "DATA_CLASSES",
    at: column,
    expected: "at least two in the column of the target",
    got: classes[0] === undefined ? "no value" : `only "${classes[0]}"`,
    ...words,
  });
}

export function oneClassArrayError(place: string, label: number | undefined): PareError {
  return new PareError({
    code: "DATA_CLASSES",
    at: place,
    problem: "all samples are of one class",
    expected: "at least two among the labels",
    got: label === undefined ? "no label" : `only ${label}`,
    next: "Give samples of other classes too; for samples without labels leave the labels out.",
  });
}

export function classNumberError(path: string, folder: string): PareError {
  return new PareError({
    code: "DATA_CLASSES",
    at: path,
    problem: "a folder's name is not the number of a class",
    expected: "a whole number",
    got: `"${folder}"`,
    next: "Leave `classes: number` out to number the folders in sorted order.",
  });
}

export function classFolderError(file: string, folder: string, path: string): PareError {
  return new PareError({
    code: "DATA_CLASSES",
    at: `${file} in ${path}`,
    problem: `the folder "${folder}" is not among the classes`,
    next: "Add it to the file of `classes`: one name a line.",
  });
}

export function classFileError(file: string, problem: string): PareError {
  return new PareError({
    code: "DATA_CLASSES",
    at: file,
    problem: `the list of classes cannot be used: ${problem}`,
    expected: "one name a line",
  });
}

export function decodeWorkerMissingError(paths: readonly string[]): PareError {
  return new PareError({
    code: "DATA_WORKER",
    kind: "failure",
    problem: "the program of the decoding threads is not there",
    expected: paths.join(" or "),
    next: "Install the package again; in its repository, run `npm run build`.",
  });
}

export function arrayFileError(path: string, problem: string, expected: string, got: string): PareError {
  return new PareError({ code: "DATA_ARRAY", at: path, problem, expected, got });
}

export function emptyTableError(path: string): PareError {
  return new PareError({ code: "DATA_EMPTY", at: path, problem: "the table has no rows" });
}

export function lineEndError(
  path: string,
  first: { readonly line: number; readonly end: string },
  other: { readonly line: number; readonly end: string },
): PareError {
  return new PareError({
    code: "DATA_TABLE",
    at: `${path}:${other.line}`,
    problem: "the line ends in another way than the first",
    expected: first.end,
    got: other.end,
    next: "Give all lines one end: dos2unix, or sed -i 's/\\r$//'; or quote a cell of several lines.",
  });
}

export function tableReadError(
  path: string,
  ragged: { readonly line: number; readonly expected: number; readonly got: number } | undefined,
  cause: Error,
): PareError {
  if (ragged !== undefined)
    return new PareError(
      {
        code: "DATA_TABLE",
        at: `${path}:${ragged.line}`,
        problem: "the row has another number of cells than the first",
        expected: `${ragged.expected}`,
        got: `${ragged.got}`,
        next: "Mend the row, or quote a cell that holds the delimiter.",
      },
      { cause },
    );
  const [problem = ""] = cause.message.split("\n");
  return new PareError(
    { code: "DATA_TABLE", at: path, problem: `the table cannot be read: ${problem.replace(/\.?\s*$/, "")}` },
    { cause },
  );
}

export function columnMissingError(table: string, name: string, columns: readonly string[]): PareError {
  return new PareError({
    code: "DATA_COLUMN",
    at: table,
    problem: `there is no column "${name}"`,
    next: `${didYouMean(name, columns)} Columns: ${columns.join(", ")}.`.trim(),
  });
}

export function targetValueError(place: string, column: string, got: string | undefined): PareError {
  return new PareError({
    code: "DATA_TARGET",
    at: place,
    problem: `"${column}" is not a number that could be predicted`,
    expected: "a number",
    got: got === undefined ? "nothing" : `"${got}"`,
    next: "For classes, set `task: classification`.",
  });
}

export function unknownClassError(place: string, got: string | undefined, classes: readonly string[]): PareError {
  return new PareError({
    code: "DATA_CLASSES",
    at: place,
    problem: "the row's class is not among those of the training data",
    expected: classes
      .slice(0, 10)
      .map((name) => `"${name}"`)
      .join(", "),
    got: got === undefined ? "nothing" : `"${got}"`,
  });
}

export function markedCellError(place: string, column: string, got: string): PareError {
  return new PareError({
    code: "DATA_COLUMN",
    at: `"${column}" in ${place}`,
    problem: "the cell is no number, and the column is one of numbers in the training data",
    expected: "a number, or nothing",
    got: JSON.stringify(got),
  });
}

export function emptyColumnError(place: string): PareError {
  return new PareError({
    code: "DATA_EMPTY",
    at: place,
    problem: "the column has no value in any row",
    next: "Leave it out with `ignore`.",
  });
}

export function tableFillError(place: string, column: string): PareError {
  return new PareError({
    code: "DATA_FIT",
    at: place,
    problem: `"${column}" has no number; such cells are filled in with the mean of training data, and there is none`,
    next: "Add `data.train`: the table that the model was trained on; or fill the cell in.",
  });
}

export function rolesDifferError(option: string, expected: string, got: string): PareError {
  return new PareError({
    code: "DATA_FIT",
    at: option,
    problem: "it is not that of `data.train`, by which every split is encoded",
    expected,
    got,
    next: "Set it in `data.train` alone.",
  });
}

export function emptySplitError(split: string, share: number, samples: number): PareError {
  const isTrain = split === "train";
  return new PareError({
    code: "DATA_SPLIT",
    at: isTrain ? "data.split" : `data.split.${split}`,
    problem: isTrain ? "the shares leave no sample to train on" : "the share is too small: it has no sample",
    got: `${Number(share.toPrecision(3))} of ${samples} ${samples === 1 ? "sample" : "samples"}`,
    next: isTrain ? "Take smaller shares." : `Take a larger share, or add \`data.${split}\`.`,
  });
}

export function tableFitError(table: string): PareError {
  return new PareError({
    code: "DATA_FIT",
    at: table,
    problem: "categories and scales of a table are found on training data, and there is none",
    next: "Add `data.train`: the table that the model was trained on.",
  });
}

export function splitShareError(validation: number, test: number): PareError {
  return new PareError({
    code: "DATA_SPLIT",
    problem: "the shares of the splits leave nothing to train on",
    expected: "together less than 1",
    got: `validation ${validation}, test ${test}`,
  });
}

export function groupPathError(path: string, rule: number | string): PareError {
  return new PareError({
    code: "DATA_GROUP",
    at: path,
    problem: "the file belongs to no group",
    expected: typeof rule === "number" ? `a path with ${rule} folders` : `a path that ${rule} matches`,
    next: "Mend `group` of the source; every file needs one.",
  });
}

export function tokenizerError(path: string, cause: unknown): PareError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PareError(
    {
      code: "DATA_TOKENIZER",
      at: path,
      problem: `this is no tokenizer that can be used: ${message.replace(/\.?\s*$/, "")}`,
      expected: "a tokenizer.json of Hugging Face",
    },
    cause instanceof Error ? { cause } : {},
  );
}

export function tokenizerMissingError(path: string, option: string): PareError {
  return new PareError({
    code: "DATA_MISSING",
    at: path,
    problem: `there is no such file, which \`${option}\` names`,
    next: "Give the path of a tokenizer.json of Hugging Face, or `characters`.",
  });
}

export function unknownTokenError(path: string, token: string): PareError {
  return new PareError({
    code: "DATA_TOKENIZER",
    at: path,
    problem: `the vocabulary does not have ${JSON.stringify(token)}, and there is no token for unknown words`,
    next: "Set `unk_token` in its `model` to a token of the vocabulary.",
  });
}

export function strangeCharacterError(place: string, character: string): PareError {
  return new PareError({
    code: "DATA_VOCABULARY",
    at: place,
    problem: `the character ${JSON.stringify(character)} is not in the vocabulary`,
    next: "Give a text that has all of the model's characters as `vocabulary`, or remove the character.",
  });
}

export function emptyTextError(path: string): PareError {
  return new PareError({
    code: "DATA_EMPTY",
    at: path,
    problem: "there is no text to predict",
    expected: "two tokens",
  });
}

export function arrayMissingError(path: string, name: string, names: readonly string[]): PareError {
  return new PareError({
    code: "DATA_FIELD",
    at: path,
    problem: `there is no array "${name}"`,
    next: `${didYouMean(name, names)} Arrays: ${names.join(", ")}.`.trim(),
  });
}

export function moduleFaultError(path: string, cause: unknown): PareError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PareError(
    { code: "DATA_MODULE", at: path, problem: `the module failed: ${message.replace(/\.?\s*$/, "")}` },
    cause instanceof Error ? { cause } : {},
  );
}

export function moduleSampleError(place: string, cause: unknown): PareError {
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return new PareError(
    { code: "DATA_MODULE", at: place, problem: `the module failed: ${message.replace(/\.?\s*$/, "")}` },
    cause instanceof Error ? { cause } : {},
  );
}

export function moduleShapeError(place: string, problem: string, expected: string, got?: string): PareError {
  return new PareError({ code: "DATA_MODULE", at: place, problem, expected, ...(got !== undefined && { got }) });
}

export function splitSourceError(split: string): PareError {
  return new PareError({
    code: "DATA_SPLIT",
    at: `data.${split}`,
    problem: "training data is a table, and this is not",
    expected: "a table with the same columns",
  });
}
