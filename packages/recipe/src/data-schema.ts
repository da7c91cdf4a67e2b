import * as z from "zod";

const oneOf = (names: readonly string[]) => z.enum(names as [string, ...string[]]);
const path = z.string().min(1);
const size = z.int().min(1).max(100_000);

/** Where samples come from. The first key of each kind tells the kinds apart. */
export function dataSource(generated: readonly string[]) {
  const kinds = [
    generatedSource(generated),
    imageSource,
    idxSource,
    cifarSource,
    arraySource,
    tableSource,
    textSource,
    languageSource,
    moduleSource,
  ] as const;
  const module = z
    .string()
    .regex(modulePath, "the path of a module: ./source.mjs")
    .transform((written) => ({ module: written, options: {} }));
  return z.union([...kinds, module]);
}

const modulePath = /^\.{0,2}\/?.+\.m?js$/;

function generatedSource(names: readonly string[]) {
  return z
    .strictObject({
      generated: oneOf(names).describe("The data set to draw."),
      samples: z.int().min(1).max(1_000_000).default(2000).describe("How many samples to draw. Default 2000."),
      seed: z.int().min(0).default(1).describe("Another seed draws other samples. Default 1."),
    })
    .describe("A data set that is drawn by a seeded program: the same samples everywhere.");
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, "u") !== undefined;
  } catch {
    return false;
  }
}

const imageSource = z
  .strictObject({
    images: path.describe("A folder with a folder for each class, or a tar, tar.gz or zip archive of one."),
    classes: z
      .string()
      .min(1)
      .default("folder")
      .describe(
        "folder: classes are the folders in sorted order. number: the number that is the folder's name. none: no labels. " +
          "Else the path of a text file with one folder's name a line. Default folder.",
      ),
    corrupt: z
      .enum(["fail", "skip"])
      .default("fail")
      .describe("What an image that cannot be decoded does. skip: it is left out and counted. Default fail."),
    group: z
      .union([z.int().min(1).max(100), z.string().min(1).refine(isPattern, "a regular expression")])
      .optional()
      .describe(
        "What stays in one split: the number of a folder in the path, from 1, or a regular expression that matches a part of it.",
      ),
  })
  .describe("Image files: JPEG, PNG, WebP, GIF, TIFF, AVIF.");

const idxSource = z
  .strictObject({
    idx: path.describe("IDX file of images, as MNIST has them; .gz too."),
    labels: path.optional().describe("IDX file of their labels."),
  })
  .describe("Images in the format of MNIST.");

const cifarSource = z
  .strictObject({
    cifar: z
      .union([path, z.array(path).min(1)])
      .transform((written) => [written].flat())
      .describe("CIFAR's binary file, or a list of them; .gz too."),
    classes: z
      .union([z.literal(10), z.literal(20), z.literal(100)])
      .default(10)
      .describe("CIFAR-100 has 100 fine and 20 coarse classes. Default 10."),
  })
  .describe("Images in CIFAR's binary format.");

const task = z
  .enum(["classification", "regression"])
  .optional()
  .describe("Default: regression where the target is a number with a decimal point, in tables any number.");

const arraySource = z
  .strictObject({
    arrays: z
      .union([path, z.record(z.string(), path)])
      .describe("A .npz archive, or a map of fields to .npy files. The first axis is that of the samples."),
    fields: z
      .record(z.string(), z.string())
      .optional()
      .describe("With .npz: the array of each field. Default: all but the target, by their names."),
    target: z.string().min(1).optional().describe("The answers: an array of the .npz, else the path of a .npy file."),
    group: z
      .string()
      .min(1)
      .optional()
      .describe("An array, as target: samples with one value in it stay in one split."),
    task,
  })
  .describe("NumPy arrays.");

const delimited = {
  header: z.boolean().optional().describe("Whether the first line names the columns. Default: unless `columns` do."),
  columns: z.array(z.string().min(1)).min(1).optional().describe("The columns' names, where the file has none."),
  delimiter: z.string().length(1).optional().describe("Between cells. Default: a comma, in .tsv a tab."),
};

const tableSource = z
  .strictObject({
    table: path.describe("CSV, TSV, JSONL or Parquet, by its ending."),
    target: z.string().min(1).describe("The column to predict."),
    task,
    categorical: z
      .array(z.string())
      .optional()
      .describe("Columns of numbers that are names of things. Text always is."),
    ignore: z.array(z.string()).optional().describe("Columns that are no features."),
    group: z.string().optional().describe("Rows with one value in this column stay in one split; it is no feature."),
    encoding: z.enum(["onehot", "index"]).optional().describe("How categories become numbers. Default onehot."),
    standardise: z
      .boolean()
      .optional()
      .describe("Numbers to mean 0 and variance 1 of the training data. Default true."),
    ...delimited,
  })
  .describe("Rows of a table. Categories and scales are found on the training data alone.");

const tokenizer = path
  .default("characters")
  .describe("characters, or the path of a Hugging Face tokenizer.json. Default characters.");

const textSource = z
  .strictObject({
    text: path.describe("CSV, TSV, JSONL or Parquet with a text in each row."),
    column: z.string().min(1).default("text").describe("The column of the text. Default text."),
    target: z.string().min(1).optional().describe("The column of the class. Default: no labels."),
    group: z.string().optional().describe("Rows with one value in this column stay in one split."),
    tokenizer,
    "max-length": size.default(128).describe("Tokens: longer texts are cut, shorter ones padded. Default 128."),
    ...delimited,
  })
  .describe("Texts with a class each.");

const share = z.number().min(0).max(1);

const languageSource = z
  .strictObject({
    language: path.describe("A text file."),
    tokenizer,
    vocabulary: path.optional().describe("Text whose characters are the vocabulary. Default: the training text."),
    length: size.default(128).describe("Tokens in a sample. Default 128."),
    range: z.tuple([share, share]).default([0, 1]).describe("Which part of the text: [0.9, 1] is its last tenth."),
  })
  .describe("Raw text: each token's answer is the next one.");

const moduleSource = z
  .strictObject({
    module: path.describe("A JavaScript module whose default export gives the samples."),
    options: z.record(z.string(), z.unknown()).default({}).describe("Handed to it."),
  })
  .describe("Samples from a program of your own.");

export const splitShares = z
  .strictObject({
    validation: z.number().min(0).max(0.95).default(0).describe("Share of the training data. Default 0."),
    test: z.number().min(0).max(0.95).default(0).describe("Share of the training data. Default 0."),
    stratify: z.boolean().default(true).describe("Every class in the same ratio. Default true."),
    seed: z.int().min(0).max(4_294_967_295).default(0).describe("Another seed draws other samples. Default 0."),
  })
  .describe("Splits without a source of their own are taken from the training data.");

export const calibrationChoice = z
  .strictObject({
    samples: z.int().min(1).max(1_000_000).default(512).describe("At most. Default 512."),
    seed: z.int().min(0).max(4_294_967_295).default(0).describe("Another seed draws other samples. Default 0."),
  })
  .describe("Samples that quantization looks at, drawn from the training data (else validation; never test).");

const pixels = z.int().min(1).max(10_000);

export const augmentation = z
  .strictObject({
    flip: z.enum(["horizontal", "vertical", "both"]).optional().describe("Half of the images, at random."),
    shift: pixels.optional().describe("Pixels at most, in every direction; what comes in is 0 for the model."),
    crop: z
      .strictObject({
        pad: pixels.describe("Pixels that are added on every side."),
        fill: z
          .enum(["zero", "edge", "reflect"])
          .default("zero")
          .describe(
            "What is added: 0 for the model (the mean of `input`), the edge's pixel, or the image mirrored. Default zero.",
          ),
      })
      .optional()
      .describe("The image is made larger, and a random place of its own size is cut out."),
    cutout: pixels.optional().describe("Side of a square that is filled with the image's mean colour."),
  })
  .describe("Random changes of training images, others in every epoch. Evaluation never has them.");

export const inputTransform = z
  .strictObject({
    grey: z.boolean().optional().describe("Colours become one channel of luma. Default false."),
    resize: z
      .union([size, z.tuple([size, size])])
      .optional()
      .describe("Images are resized first: the shorter side's length, or [height, width]."),
    filter: z
      .enum(["bilinear", "bicubic", "lanczos", "box"])
      .optional()
      .describe("How images are resized; the results are Pillow's. Default bilinear."),
    crop: z
      .union([size, z.tuple([size, size])])
      .optional()
      .describe("Then the middle is cut out: a square's side, or [height, width]."),
    layout: z.enum(["NCHW", "NHWC"]).default("NCHW").describe("Order of the axes that the model takes. Default NCHW."),
    order: z.enum(["RGB", "BGR"]).optional().describe("Order of the colours that the model takes. Default RGB."),
    scale: z
      .union([
        z.number().positive(),
        z.string().regex(/^\d+(\.\d+)?\/\d+(\.\d+)?$/, "a number, or a fraction such as 1/255"),
      ])
      .default("1/255")
      .describe("Every stored value is multiplied by it first. Default 1/255."),
    mean: z
      .array(z.number())
      .min(1)
      .default([0])
      .describe("Then subtracted: one value, or one a channel. Default [0]."),
    std: z.array(z.number().positive()).min(1).default([1]).describe("Then divided by. Default [1]."),
  })
  .describe("How stored samples become the model's input.");

/** The `data` section of a recipe. */
export function dataSection(generated: readonly string[]) {
  return (
    z
      .strictObject({
        train: dataSource(generated).optional().describe("What categories, scales and vocabularies are found on."),
        validation: dataSource(generated).optional().describe("What choices are made on."),
        test: dataSource(generated).optional().describe("What accuracy is measured on."),
        split: splitShares.optional(),
        calibration: calibrationChoice.optional(),
        input: inputTransform.optional(),
        augment: augmentation.optional(),
        inputs: z
          .record(z.string(), z.string())
          .optional()
          .describe(
            "Input of the model: field of the data, as ids, or text.ids with the kind of its source. Needed where names differ and there are several of them.",
          ),
      })
      .default({})
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the user writes
      .describe("The data sets. Paths are relative to this file; ${NAME} in them is the environment variable NAME.")
  );
}
