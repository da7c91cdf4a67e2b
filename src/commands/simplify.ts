import { defineCommand } from "../terminal/command.ts";
import { filesPositional, selectionOptions } from "./options.ts";

export const simplify = defineCommand({
  name: "simplify",
  arguments: "<files...>",
  summary: "Remove what a model does not need, outputs unchanged",
  positionals: filesPositional,
  options: {
    out: {
      type: "string",
      alias: "o",
      requiresArg: true,
      describe: "The file to write; for several inputs the folder to write to",
    },
    suffix: {
      type: "string",
      requiresArg: true,
      describe: "Instead of --out: write beside each input (--suffix=-small)",
    },
    force: { type: "boolean", alias: "f", describe: "Replace files that exist" },
    "input-shape": {
      type: "string",
      array: true,
      requiresArg: true,
      describe: "Fix the sizes of an input, name:1,3,224,224; may be repeated",
    },
    opset: { type: "number", requiresArg: true, describe: "Also raise the model to this opset" },
    "external-data": { type: "boolean", describe: "Write the weights to a file of their own" },
    check: { type: "boolean", describe: "Compare outputs in ONNX Runtime even above 1 GB of weights" },
    "no-check": { type: "boolean", describe: "Do not compare outputs in ONNX Runtime" },
    ...selectionOptions,
  },
  examples: [
    ["pare simplify model.onnx -o small.onnx", "One file"],
    ["pare simplify *.onnx -o small/", "Several files, to a folder"],
    ["pare simplify m.onnx -o s.onnx --input-shape x:1,3,224,224", "Fixed sizes fold more"],
    ["pare simplify m.onnx -o s.onnx --opset 21", "Raise the opset too"],
  ],
  load: async () => (await import("../simplify/command.ts")).simplifyCommand,
});
