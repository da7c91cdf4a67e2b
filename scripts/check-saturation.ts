/**
 * Shows by emulation what a quantized model gives on a processor without VNNI, with 7-bit and with 8-bit weights.
 * Usage: npm run check:saturation [recipe.yaml]
 */
import { fileURLToPath } from "node:url";
import { compareProcessors, obstacle } from "./saturation/compare.ts";

const recipe = process.argv[2] ?? fileURLToPath(new URL("saturation/recipe.yaml", import.meta.url));
const why = obstacle();
if (why !== undefined) {
  console.error(`Nothing was compared: ${why}.`);
  process.exit(2);
}
for (const { bits, difference, largest, agreeing, samples } of await compareProcessors(recipe)) {
  const share = ((100 * difference) / largest).toFixed(2);
  console.log(
    `${bits}-bit weights: outputs of this processor and an emulated Haswell (AVX2, no VNNI) differ by at most ` +
      `${difference.toPrecision(3)} (${share} % of the largest); the same class for ${agreeing} of ${samples} samples`,
  );
}
