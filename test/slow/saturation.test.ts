import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compareProcessors, obstacle } from "../../scripts/saturation/compare.ts";

const why = obstacle();
const recipe = fileURLToPath(new URL("../../scripts/saturation/recipe.yaml", import.meta.url));

test.skipIf(why !== undefined)(
  `7-bit weights give the same without VNNI, 8-bit weights do not${why === undefined ? "" : ` (skipped: ${why})`}`,
  { timeout: 300_000 },
  async () => {
    const [seven, eight] = await compareProcessors(recipe, 16);
    expect(seven).toMatchObject({ bits: 7, difference: 0, agreeing: 16 });
    expect(eight!.difference).toBeGreaterThan(0.01 * eight!.largest);
  },
);
