import { createOnnxRuntimeEngine } from "@pare/engine";
import { tensorOf } from "@pare/tensor";

/**
 * A program that runs a model for as long as it is let, to be ended from outside.
 * Arguments: the model file, and "graceful" to end on SIGINT as a command does: abort the run, exit 130.
 */
const [path = "", manner] = process.argv.slice(2);
const controller = new AbortController();
if (manner === "graceful") process.on("SIGINT", () => controller.abort());

const engine = createOnnxRuntimeEngine();
const session = await engine.open({ path });
const inputs = new Map([
  ["trips", tensorOf("int64", [], [1e15])],
  ["x", tensorOf("float32", [64, 64], new Float32Array(4096))],
]);
process.stdout.write(`${engine.processId}\n`);
if (manner !== "idle")
  try {
    await session.run(inputs, { signal: controller.signal });
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 130;
  }
