import { defineCommand } from "../terminal/command.ts";
import { filesPositional } from "./options.ts";

export const bench = defineCommand({
  name: "bench",
  arguments: "<files...>",
  summary: "Time models side by side: latency, throughput, cold start, memory",
  positionals: filesPositional,
  options: {
    scenario: {
      choices: ["online", "batch", "streaming", "server"] as const,
      requiresArg: true,
      default: "online" as const,
      describe: "One request at a time; many at once; a source at a fixed rate; requests at random times",
    },
    batch: { type: "number", requiresArg: true, describe: "Samples a run [default: 1, scenario batch 32]" },
    rate: {
      type: "number",
      requiresArg: true,
      describe: "Streaming: requests a second [default: only the highest that keeps up]",
    },
    bound: { type: "string", requiresArg: true, describe: "Server: latency to keep, as 50ms or 0.5s" },
    percentile: {
      type: "number",
      requiresArg: true,
      describe: "Server: requests that keep it, per cent [default: 99]",
    },
    threads: { type: "number", requiresArg: true, default: 1, describe: "Threads of the engine" },
    device: {
      choices: ["cpu", "webgpu", "cuda", "tensorrt", "coreml", "dml"] as const,
      requiresArg: true,
      default: "cpu" as const,
      describe: "Where the models run; copying inputs and outputs is counted",
    },
    budget: { type: "number", requiresArg: true, default: 20, describe: "Seconds of timing at most, for all models" },
    "input-shape": {
      type: "string",
      array: true,
      requiresArg: true,
      describe: "Sizes of an input, name:1,3,224,224; may be repeated",
    },
    data: {
      type: "string",
      requiresArg: true,
      describe: "A recipe whose test data feeds the models [default: drawn inputs such as the graph expects]",
    },
    seed: { type: "number", requiresArg: true, default: 0, describe: "Of drawn inputs and the order of turns" },
    starts: {
      type: "number",
      requiresArg: true,
      default: 6,
      describe: "Fresh processes for each model, for cold start and memory; 0: none",
    },
    nodes: { type: "boolean", describe: "Also the time of every node, from the runtime's own trace" },
    "price-per-hour": { type: "number", requiresArg: true, describe: "Of the machine: shows the cost of a million" },
  },
  examples: [
    ["pare bench model.onnx", "One model"],
    ["pare bench original.onnx small.onnx --threads 2", "The second against the first"],
    ["pare bench a.onnx b.onnx --scenario batch --batch 64", "Throughput"],
    ["pare bench a.onnx b.onnx --scenario streaming --rate 30", "Frames of a camera: latency, drops, highest rate"],
    ["pare bench a.onnx --scenario server --bound 50ms", "Requests a second with p99 within 50 ms"],
    ["pare bench a.onnx --nodes --data recipe.yaml", "On real samples, with the slowest nodes"],
    ["pare bench a.onnx --input-shape image:1,3,224,224", "Sizes that the model leaves free"],
  ],
  runsModels: true,
  load: async () => (await import("../bench/command.ts")).benchCommand,
});
