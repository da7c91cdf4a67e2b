import { dirname, isAbsolute, relative, resolve } from "node:path";

export interface Answers {
  /** As the user names it: a path from the current folder, or "builtin:<name>". */
  readonly model: string;
  readonly opset?: number;
  readonly isTimed: boolean;
  readonly threads: number;
  /** Whether it is the model that the generated data set fits. */
  readonly isQuickstart: boolean;
}

export function defaultAnswers(model = "builtin:quickstart"): Answers {
  return { model, isTimed: true, threads: 1, isQuickstart: model === "builtin:quickstart" };
}

/** The recipe's text, with a remark on each part. Its paths start in the folder that it will lie in. */
export function recipeText(answers: Answers, file: string): string {
  const { opset, isTimed, threads, isQuickstart } = answers;
  const parts = [
    "# Check it with `pare plan`, run it with `pare run`. `pare schema` describes every option.",
    "version: 1",
    `model: ${JSON.stringify(modelPath(answers.model, file))}`,
    ...(isQuickstart
      ? [
          "# Accuracy is measured on test data: here a generated set.",
          "data:",
          "  test: { generated: glyphs }",
          "  input: { scale: 1/255, mean: [0.5], std: [0.25] }",
        ]
      : []),
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
  ];
  return `${parts.join("\n")}\n`;
}

function modelPath(model: string, file: string): string {
  if (model.startsWith("builtin:") || isAbsolute(model)) return model;
  return relative(resolve(dirname(file)), resolve(model)).replaceAll("\\", "/");
}
