import { defineCommand } from "../terminal/command.ts";
import { cacheOptions, recipePositional, resultOptions } from "./options.ts";

export const distill = defineCommand({
  name: "distill",
  arguments: "<recipe>",
  summary: "Train a student by a teacher, with the data of a recipe",
  positionals: recipePositional,
  options: {
    ...resultOptions,
    teacher: {
      type: "string",
      array: true,
      requiresArg: true,
      describe: "A model file, builtin:<name>, or input: the recipe's model. Several are averaged",
    },
    student: {
      type: "string",
      requiresArg: true,
      describe: "A model file, or a network with drawn weights: builtin:resnet8?width=8",
    },
    epochs: { type: "number", requiresArg: true, describe: "Times that the training data is gone through" },
    "learning-rate": { type: "number", requiresArg: true, describe: "The largest learning rate" },
    batch: { type: "number", requiresArg: true, describe: "Samples in a batch" },
    temperature: { type: "number", requiresArg: true, describe: "What scores are divided by before they are compared" },
    weight: { type: "number", requiresArg: true, describe: "Of the teacher, 0 to 1; the labels have the rest" },
    ...cacheOptions,
  },
  examples: [
    ["pare distill recipe.yaml", "The recipe's own distill step, or with defaults: the model teaches itself"],
    [
      "pare distill r.yaml --student builtin:resnet8?width=8 --epochs 20",
      "The recipe's model teaches a network of half its width",
    ],
    ["pare distill r.yaml --teacher big.onnx", "Another model teaches the recipe's"],
  ],
  afterInterrupt: "The same command continues the run.",
  runsModels: true,
  load: async () => (await import("../distill/command.ts")).distillCommand,
});
