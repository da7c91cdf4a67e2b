import { defineCommand } from "../terminal/command.ts";

export const doctor = defineCommand({
  name: "doctor",
  arguments: "[model] [recipe]",
  summary: "Find why a model loses accuracy as integers; alone: show what works here",
  positionals: {
    model: { type: "string", describe: "A model file (.onnx): float, or quantized already" },
    recipe: { type: "string", describe: "A recipe: its data, and its quantize/static step where it has one" },
  },
  options: {
    against: {
      type: "string",
      requiresArg: true,
      describe: "The float original of a model that is quantized [default: the recipe's model]",
    },
    target: { type: "string", requiresArg: true, describe: "What will run it [default: the recipe's, this machine]" },
  },
  examples: [
    ["pare doctor", "Every device is tried with a small model"],
    ["pare doctor model.onnx recipe.yaml", "Quantize it in memory, find what costs accuracy, try the cures"],
    ["pare doctor m.int8.onnx recipe.yaml --against m.onnx", "A model that something else quantized"],
    ["pare doctor model.onnx recipe.yaml --target cpu-x64-avx2", "What would go wrong on another processor"],
  ],
  runsModels: true,
  load: async () => (await import("../doctor/command.ts")).doctorCommand,
});
