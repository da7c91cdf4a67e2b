import { defineCommand } from "../terminal/command.ts";
import { filesPositional } from "./options.ts";

export const inspect = defineCommand({
  name: "inspect",
  arguments: "<files...>",
  summary: "Show what is in model files; weights are not read",
  positionals: filesPositional,
  options: {},
  examples: [
    ["pare inspect model.onnx", "Inputs, outputs, operators, size"],
    ["pare inspect --json *.onnx", "One JSON array for all of them"],
  ],
  load: async () => (await import("../inspect/command.ts")).inspectCommand,
});
