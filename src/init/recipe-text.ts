import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { DataLook } from "./look-at-data.ts";
import type { ImageInput, ModelLook } from "./look-at-model.ts";

export interface Answers {
  /** As the user names it: a path from the current folder, or "builtin:<name>". */
  readonly model: string;
  readonly look: ModelLook;
  /** Test data; undefined: outputs are compared on random inputs. */
  readonly data: DataLook | undefined;
  readonly opset?: number;
  readonly isTimed: boolean;
  readonly threads: number;
  /** Whether it is the model that the generated data set fits. */
  readonly isQuickstart: boolean;
}

/** The recipe's text, with a remark on each part. Its paths start in the folder that it will lie in. */
export function recipeText(answers: Answers, file: string): string {
  const { opset, isTimed, threads } = answers;
  const parts = [
    "# Check it with `pare plan`, run it with `pare run`. `pare schema` describes every option.",
    "version: 1",
    `model: ${JSON.stringify(pathFrom(answers.model, file))}`,
    ...dataLines(answers, file),
    ...evaluateLines(answers),
    "# What is done to the model, in order.",
    "steps:",
    "  - simplify",
    ...(opset === undefined ? [] : [`  - opset/upgrade: { to: ${opset} }`]),
    ...(isTimed
      ? [
          "# How speed is measured: original and result take turns.",
          "measure:",
          `  - { name: online, threads: ${threads} }`,
        ]
      : []),
    ...gateLines(answers),
  ];
  return `${parts.join("\n")}\n`;
}

function dataLines({ data, look, isQuickstart }: Answers, file: string): readonly string[] {
  if (isQuickstart)
    return [
      "# Accuracy is measured on test data: here a generated set.",
      "data:",
      "  test: { generated: glyphs }",
      "  input: { scale: 1/255, mean: [0.5], std: [0.25] }",
    ];
  if (data === undefined) return [];
  if (data.isDivided)
    return [
      "# Categories and scales are found on seven tenths, accuracy on the rest: the model must not have been trained on it.",
      "data:",
      `  train: ${flow(withPaths(data.source, file))}`,
      "  split: { test: 0.3 }",
    ];
  const isPixels = look.image !== undefined;
  return [
    "# Accuracy is measured on it. The model must not have been trained on these samples.",
    "data:",
    `  test: ${flow(withPaths(data.source, file))}`,
    ...(isPixels ? inputLines(look.image!, data.isSized) : []),
  ];
}

function inputLines(image: ImageInput, isSized: boolean): readonly string[] {
  const options = {
    ...(isSized && image.channels === 1 && { grey: true }),
    ...(isSized && sizeOptions(image)),
    ...(image.layout === "NHWC" && { layout: "NHWC" }),
    scale: "1/255",
    mean: [0],
    std: [1],
  };
  return [
    "  # (value × scale − mean) ÷ std must be what the model was trained on: wrong numbers here look like a bad model.",
    `  input: ${flow(options)}`,
  ];
}

/** Photographs as the field does it: the shorter side a seventh more than the model's, then the middle. */
function sizeOptions({ height, width }: ImageInput): Readonly<Record<string, unknown>> {
  if (height === undefined || width === undefined) return {};
  const isPhotograph = height === width && height >= 160;
  return isPhotograph ? { resize: Math.round((height * 8) / 7), crop: height } : { resize: [height, width] };
}

function evaluateLines({ data, isQuickstart }: Answers): readonly string[] {
  if (data !== undefined || isQuickstart) return [];
  return [
    "# Without test data: the outputs of original and result, compared on random inputs. With `data`, accuracy too.",
    "evaluate: [auto]",
  ];
}

function gateLines({ data, isTimed, isQuickstart }: Answers): readonly string[] {
  const labels = isQuickstart ? "class" : data?.labels;
  const quality = {
    class: "accuracy.top1 >= original.accuracy.top1 - 0.01 # at most one point",
    values: "rmse <= 1.02 * original.rmse",
    tokens: "perplexity <= 1.02 * original.perplexity",
    none: "fidelity.snr >= 40 # dB: the outputs differ by one per cent at most",
  }[labels ?? "none"];
  return [
    "# What must hold, else `pare run` exits 1. Intervals decide: what cannot be told fails only with --strict.",
    "gates:",
    `  - ${quality}`,
    ...(isTimed ? ["  - latency.online.p50 <= 1.05 * original.latency.online.p50"] : []),
    "  - size.file <= 1.01 * original.size.file",
  ];
}

/** `{ images: "a b", classes: number }` */
function flow(options: Readonly<Record<string, unknown>>): string {
  const text = (value: unknown): string => {
    if (Array.isArray(value)) return `[${value.map(text).join(", ")}]`;
    const isPlain =
      typeof value === "string" && /^[\w./-]+$/.test(value) && !/^[\d.-]|^(true|false|null|yes|no)$/i.test(value);
    return isPlain || value === "1/255" ? String(value) : JSON.stringify(value);
  };
  return `{ ${Object.entries(options)
    .map(([name, value]) => `${name}: ${text(value)}`)
    .join(", ")} }`;
}

const paths = ["images", "idx", "labels", "cifar", "arrays", "table", "text", "language", "vocabulary", "tokenizer"];

function withPaths(source: Readonly<Record<string, unknown>>, file: string): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(source).map(([name, value]) => [
      name,
      paths.includes(name) && typeof value === "string" ? pathFrom(value, file) : value,
    ]),
  );
}

function pathFrom(path: string, file: string): string {
  if (path.startsWith("builtin:") || isAbsolute(path)) return path;
  return relative(resolve(dirname(file)), resolve(path)).replaceAll("\\", "/");
}
