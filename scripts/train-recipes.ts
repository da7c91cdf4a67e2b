/**
 * Trains the networks of the ready recipes on drawn data and writes recipes/fraud.onnx and recipes/reviews.onnx:
 * `npm run train:recipes`, about a minute. Nothing is random but by seed: it writes the same bytes each time.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { writeModel } from "@pare/formats";
import type { Model } from "@pare/ir";
import { trainFraud } from "./recipes/fraud.ts";
import { trainReviews } from "./recipes/reviews.ts";

function write(model: Model, name: string): void {
  const file = fileURLToPath(new URL(`../recipes/${name}.onnx`, import.meta.url));
  writeModel(model, file, { force: true });
  const bytes = readFileSync(file);
  const hash = createHash("sha256").update(bytes).digest("hex");
  console.log(`recipes/${name}.onnx: ${bytes.length} bytes, sha256 ${hash}`);
}

write(await trainFraud(), "fraud");
write(await trainReviews(), "reviews");
