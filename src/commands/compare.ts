import { defineCommand } from "../terminal/command.ts";

export const compare = defineCommand({
  name: "compare",
  arguments: "<base> <head>",
  summary: "Measure the models of two runs again, interleaved; exit 1 if the head is worse",
  positionals: {
    base: { type: "string", describe: "record.json of the run before, or its folder", demandOption: true },
    head: { type: "string", describe: "record.json of the run after, or its folder", demandOption: true },
  },
  options: {
    "from-records": {
      type: "boolean",
      describe: "Measure nothing; times only as ratios to an original that both runs share",
    },
    evaluate: {
      type: "boolean",
      describe: "Evaluate both models again [default: accuracy by the outcomes that the records hold]",
    },
    "base-model": {
      type: "string",
      requiresArg: true,
      describe: "The base's model [default: beside its record, cache]",
    },
    "head-model": { type: "string", requiresArg: true, describe: "The head's model" },
    budget: {
      type: "number",
      requiresArg: true,
      default: 20,
      describe: "Seconds of timing at most, for a measurement",
    },
    starts: {
      type: "number",
      requiresArg: true,
      default: 6,
      describe: "Fresh processes a model, for cold start and memory; 0: none",
    },
    seed: { type: "number", requiresArg: true, default: 0, describe: "Of inputs, turns and resamples" },
    markdown: { type: "string", requiresArg: true, describe: "Also write a comment for a pull request to this file" },
    "cache-dir": { type: "string", requiresArg: true, describe: "Where models may be found [default: the cache]" },
  },
  examples: [
    ["pare compare base/record.json head/record.json", "Both models, here and now"],
    ["pare compare base head --markdown comment.md", "For a pull request"],
    ["pare compare base head --from-records", "What the records alone can tell"],
  ],
  load: async () => (await import("../compare/command.ts")).compareCommand,
});
