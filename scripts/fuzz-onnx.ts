/**
 * Fuzzes the ONNX codec for longer than the tests do:
 *
 *   node scripts/run.mjs scripts/fuzz-onnx.ts [--cases 1000000] [--seed 0]
 *
 * A failure names its seed; `--seed <it> --cases 1` repeats it.
 */
import { parseArgs } from "node:util";
import { fuzz } from "../packages/formats/testing/fuzz.ts";

const { values } = parseArgs({ options: { cases: { type: "string" }, seed: { type: "string" } } });
const cases = Number(values.cases ?? 1_000_000);
const batch = 10_000;

for (let seed = Number(values.seed ?? 0), left = cases; left > 0; seed += batch, left -= batch) {
  const { read, refused, slowestMs, slowestSeed } = fuzz(seed, Math.min(batch, left));
  const codes = [...refused].map(([code, count]) => `${code} ${count}`).join(", ");
  const heapMb = Math.round(process.memoryUsage().heapUsed / 1e6);
  console.log(
    `from ${seed}: ${read} read, ${codes}; slowest ${slowestMs.toFixed(1)} ms (seed ${slowestSeed}); heap ${heapMb} MB`,
  );
}
