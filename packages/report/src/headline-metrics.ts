import type { Metric, ModelRecord, RunRecord } from "./record.ts";

export const metricOf = (model: ModelRecord, name: string): Metric | undefined =>
  model.metrics.find((metric) => metric.name === name);

/** What of the quality is shown first: an accuracy, else whatever was evaluated first. */
export function qualityOf({ original, result }: RunRecord): string | undefined {
  const names = [...result.metrics, ...original.metrics].map(({ name }) => name).filter((name) => !isCost(name));
  return names.find((name) => name.startsWith("accuracy.")) ?? names[0];
}

const isCost = (name: string) => /^(latency|throughput|drops|size|memory|start|cost|energy)\b/.test(name);

/** The time that stands for each measurement: its median latency. */
export function latencyNames({ result }: RunRecord): readonly string[] {
  return result.metrics.map(({ name }) => name).filter((name) => /^latency\..*\.p50$/.test(name));
}
