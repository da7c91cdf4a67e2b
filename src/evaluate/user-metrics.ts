import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { metricCatalog, type UserMetric } from "@pare/measure";
import { units } from "@pare/report";
import { metricModuleError } from "./errors.ts";

/**
 * The metrics that modules of the user's export.
 * @param paths relative to `folder`
 * @throws METRIC_MODULE
 */
export async function loadUserMetrics(paths: readonly string[], folder: string): Promise<readonly UserMetric[]> {
  const loaded = await Promise.all(paths.map((path) => loadModule(path, resolve(folder, path))));
  const metrics = loaded.flat();
  const twice = metrics.find(({ name }, i) => metrics.findIndex((each) => each.name === name) !== i);
  if (twice !== undefined) throw metricModuleError(paths.join(", "), `two metrics are named ${twice.name}`);
  return metrics;
}

async function loadModule(written: string, path: string): Promise<readonly UserMetric[]> {
  if (!existsSync(path)) throw metricModuleError(written, `there is no file ${path}`);
  const module = await import(pathToFileURL(path).href).catch((error: unknown) => {
    throw metricModuleError(written, error instanceof Error ? error.message : String(error), error);
  });
  return [module.default].flat().map((metric: unknown) => checked(metric, written));
}

function checked(metric: unknown, path: string): UserMetric {
  if (typeof metric !== "object" || metric === null) throw metricModuleError(path, "it has no default export");
  const { name, better, outcome, unit }: Partial<UserMetric> = metric;
  if (typeof name !== "string" || !/^[a-z][a-z0-9]*(\.[a-z][a-z0-9]*)*$/.test(name))
    throw metricModuleError(path, '"name" is not a dotted path in lower case such as detection.recall');
  if (better !== "lower" && better !== "higher")
    throw metricModuleError(path, '"better" is neither "lower" nor "higher"');
  if (typeof outcome !== "function") throw metricModuleError(path, '"outcome" is not a function');
  if (unit !== undefined && !units.includes(unit))
    throw metricModuleError(path, `"unit" is ${JSON.stringify(unit)}, which is none of ${units.join(", ")}`);
  if (metricCatalog.some((each) => name === each.name || name.startsWith(`${each.name}.`)))
    throw metricModuleError(path, `"name" is that of a built-in metric, ${name}`);
  return metric as UserMetric;
}
