import { didYouMean } from "@pare/error";
import type { Tools } from "@pare/pass";
import * as z from "zod";
import { targetUnknownError } from "../errors.ts";
import { defaultTarget, targets } from "./catalog.ts";
import { type Target, targetSchema } from "./target.ts";

/** How passes are told a target: its name, "auto" for this machine's, or all of it (the content of a target file). */
export const targetOption = z
  .union([z.string().min(1), targetSchema])
  .default("auto")
  .describe("What will run the model: a target's name, or the path of a target file. Default auto: this machine.");

/** @throws QUANTIZE_TARGET where no target has that name */
export function openTarget(
  option: string | Target,
  { bench, cpuFeatures = [] }: Pick<Tools, "bench" | "cpuFeatures"> = {},
): Target {
  if (typeof option !== "string") return option;
  if (option === "auto") return defaultTarget(bench?.cpuFeatures ?? cpuFeatures);
  const found = targets.get(option);
  if (found === undefined)
    throw targetUnknownError(option, didYouMean(option, [...targets.keys()]), [...targets.keys()]);
  return found;
}
