import type { OnnxRuntimeEngine } from "@pare/engine";
import type { SessionOptions, Tensors } from "@pare/pass";

/** Opens a model once and runs it on each case. */
export async function runCases(
  engine: OnnxRuntimeEngine,
  model: Parameters<OnnxRuntimeEngine["open"]>[0],
  cases: readonly Tensors[],
  options: SessionOptions,
): Promise<readonly Tensors[]> {
  await using session = await engine.open(model, options);
  const results: Tensors[] = [];
  for (const inputs of cases) results.push(await session.run(inputs));
  return results;
}
