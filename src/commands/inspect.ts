import { defineCommand } from "../terminal/command.ts";
import { filesPositional } from "./options.ts";

export const inspect = defineCommand({
  name: "inspect",
  arguments: "<files...>",
  summary: "Show what is in model files, or what would run as integers on a target",
  positionals: filesPositional,
  options: {
    target: {
      type: "string",
      requiresArg: true,
      describe: "What would run as integers there, node by node: a target's name or file; auto: this machine",
    },
  },
  examples: [
    ["pare inspect model.onnx", "Inputs, outputs, operators, size"],
    ["pare inspect --json *.onnx", "One JSON array for all of them"],
    ["pare inspect model.onnx --target cpu-x64-avx2", "What would be integer there, what not, and why"],
  ],
  load: async () => (await import("../inspect/command.ts")).inspectCommand,
});
