import * as z from "zod";

const oneOf = (names: readonly string[]) => z.enum(names as [string, ...string[]]);
const path = z.string().min(1);
const size = z.int().min(1).max(100_000);

/** Where samples come from. The first key of each kind tells the kinds apart. */
export function dataSource(generated: readonly string[]) {
  return z.union([generatedSource(generated), imageSource, idxSource, cifarSource]);
}

function generatedSource(names: readonly string[]) {
  return z
    .strictObject({
      generated: oneOf(names).describe("The data set to draw."),
      samples: z.int().min(1).max(1_000_000).default(2000).describe("How many samples to draw. Default 2000."),
      seed: z.int().min(0).default(1).describe("Another seed draws other samples. Default 1."),
    })
    .describe("A data set that is drawn by a seeded program: the same samples everywhere.");
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
        test: dataSource(generated).optional().describe("What accuracy is measured on."),
        input: inputTransform.optional(),
        inputs: z
          .record(z.string(), z.string())
          .optional()
          .describe("Input of the model: field of the data. Needed where names differ and there are several of them."),
      })
      .default({})
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what the user writes
      .describe("The data sets. Paths are relative to this file; ${NAME} in them is the environment variable NAME.")
  );
}
