import { defineCommand } from "../terminal/command.ts";

export const evaluate = defineCommand({
  name: "evaluate",
  arguments: "<model>",
  summary: "Measure a model's accuracy, with intervals",
  positionals: {
    model: { type: "string", describe: "A model file (.onnx)", demandOption: true },
  },
  options: {
    data: {
      type: "string",
      requiresArg: true,
      describe: "A recipe: its data, input and evaluate sections are used",
    },
    against: {
      type: "string",
      requiresArg: true,
      describe: "The original: compare with it sample by sample; without data on random inputs",
    },
    metrics: {
      type: "string",
      array: true,
      requiresArg: true,
      describe: "Instead of the recipe's: accuracy.top1, ./metric.mjs …; may be repeated",
    },
    samples: { type: "number", requiresArg: true, describe: "How many random inputs [default: 100]" },
    batch: { type: "number", requiresArg: true, describe: "Samples a run [default: up to 64, 4 MiB in and out]" },
    seed: { type: "number", requiresArg: true, describe: "Of random inputs and intervals [default: the recipe's]" },
    "list-metrics": { type: "boolean", describe: "List every metric, and do nothing" },
  },
  examples: [
    ["pare evaluate model.onnx --data recipe.yaml", "Accuracy with its interval"],
    ["pare evaluate s.onnx --data r.yaml --against m.onnx", "Two models on the same samples"],
    ["pare evaluate small.onnx --against model.onnx", "Outputs compared, no data"],
    ["pare evaluate model.onnx --list-metrics", "What can be measured"],
  ],
  runsModels: true,
  load: async () => (await import("../evaluate/command.ts")).evaluateCommand,
});
