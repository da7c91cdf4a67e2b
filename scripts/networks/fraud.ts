import { type Dataset, generatedSets } from "@pare/data";
import type { Model } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { NetworkWriter } from "./writer.ts";

const columns = 16;
const widths = [128, 64, 2] as const;

/**
 * The network of recipes/fraud.yaml, untrained: sixteen columns → 128 → 64 → legitimate or fraud. The columns' means and
 * deviations are part of the model: whoever calls it gives the numbers as they are.
 */
export async function fraudNetwork(seed: number): Promise<Model> {
  const { means, deviations } = await momentsOf(generatedSets.fraud({ split: "train", length: 4096, seed: 1 }));
  const writer = new NetworkWriter("fraud", seed);
  const x = writer.input("x", "float32", ["batch", columns]);
  const centred = writer.op("Sub", "/standardise/Sub", [x, writer.weight("mean", [columns], means)]);
  let y = writer.op("Div", "/standardise/Div", [centred, writer.weight("std", [columns], deviations)]);
  for (const [i, to] of widths.entries()) {
    if (i > 0) y = writer.op("Relu", `/relu${i}/Relu`, [y]);
    y = writer.gemm(i === widths.length - 1 ? "head" : `fc${i + 1}`, [widths[i - 1] ?? columns, to], y);
  }
  return writer.finish(y, 2, { opset: 17, formatVersion: 8 });
}

async function momentsOf(dataset: Dataset) {
  const samples = await Promise.all(Array.from({ length: dataset.length }, (_, i) => dataset.sample(i)));
  const rows = samples.map(({ fields }) => [...numbers(fields.get("x")!)]);
  const mean = (of: (row: readonly number[]) => number) => rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
  const means = Array.from({ length: columns }, (_, c) => mean((row) => row[c]!));
  const deviations = means.map((centre, c) => Math.sqrt(mean((row) => (row[c]! - centre) ** 2)));
  return { means, deviations };
}
