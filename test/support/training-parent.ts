import { createOnnxRuntimeEngine } from "@pare/engine";
import { train } from "@pare/train";
import { folderCheckpoints } from "../../src/learn/checkpoint-store.ts";
import { createTraining } from "../../src/learn/training-tools.ts";
import { bytesOf, linearData, materialize, model, step } from "./linear-training.ts";

/**
 * A program that trains, writing a checkpoint after every step, to be ended from outside: it prints "step n" for each step
 * and in the end the weights. Arguments: a folder for the data, and one for the checkpoints.
 */
const [folder = "", store = ""] = process.argv.slice(2);
await using engine = createOnnxRuntimeEngine();
const progress = { report: (_: string, done: number) => void process.stdout.write(`step ${done}\n`) };
const world = { engine, progress, signal: new AbortController().signal };
const tools = createTraining(await linearData(folder), world, {
  device: "cpu",
  checkpoints: folderCheckpoints(store),
  epochsBefore: 0,
})!;
const { parameters } = await train({
  ...{ step, model, tools, epochs: 12, seed: 3, key: "linear", materialize, checkpointSeconds: 0 },
  schedule: { kind: "one-cycle", rate: 0.1 },
});
process.stdout.write(`${JSON.stringify(bytesOf(parameters))}\n`);
