/**
 * Trains the quickstart's network and writes recipes/quickstart.onnx: `npm run train:quickstart`, about seven minutes on
 * two cores. Nothing is random but by seed and every sum has a fixed order: it writes the same bytes each time.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";
import { writeModel } from "@pare/formats";
import { exportModel } from "./quickstart/export.ts";
import { accuracyOf, train, workHalf } from "./quickstart/train.ts";

const file = fileURLToPath(new URL("../recipes/quickstart.onnx", import.meta.url));

async function main(): Promise<void> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
  let average = Math.log(10);
  const parameters = await train(process.argv[1]!, {
    steps: 1000,
    learningRate: 0.004,
    report(step, loss, steps) {
      average += 0.05 * (loss - average);
      if (step % 50 === 0) console.log(`step ${step} of ${steps}: loss ${average.toFixed(3)}, ${seconds()} s`);
    },
  });
  writeModel(exportModel(parameters), file, { force: true });
  const bytes = readFileSync(file);
  const [validation, test] = [await accuracyOf(parameters, "validation"), await accuracyOf(parameters, "test")];
  console.log(`top-1 accuracy: validation ${validation}, test ${test}`);
  console.log(
    `recipes/quickstart.onnx: ${bytes.length} bytes, sha256 ${createHash("sha256").update(bytes).digest("hex")}`,
  );
}

if (isMainThread) await main();
else workHalf();
