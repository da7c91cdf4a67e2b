import { writeWhole } from "@pare/recipe";
import { usageError } from "../errors.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { compareRecords } from "./compare.ts";
import { comparedMarkdown, comparedText } from "./text.ts";

export interface CompareArgs {
  readonly base: string;
  readonly head: string;
  readonly "from-records": boolean | undefined;
  readonly evaluate: boolean | undefined;
  readonly "base-model": string | undefined;
  readonly "head-model": string | undefined;
  readonly budget: number;
  readonly starts: number;
  readonly seed: number;
  readonly markdown: string | undefined;
  readonly "cache-dir": string | undefined;
}

/** Exit code 1: something is worse. */
export const compareCommand: CommandRun<CompareArgs> = async (args, terminal) => {
  const { base, head, budget, starts, seed, markdown } = args;
  const { "base-model": baseModel, "head-model": headModel, "cache-dir": cacheFolder } = args;
  if (!(budget > 0)) throw usageError(`--budget ${budget} is not above 0`, "Give seconds.", "compare");
  if (!(Number.isInteger(starts) && starts >= 0))
    throw usageError(
      `--starts ${starts} is no whole number from 0`,
      "Give 0 to leave cold start and memory out.",
      "compare",
    );
  if (args.evaluate && args["from-records"])
    throw usageError("--evaluate and --from-records exclude each other", "Leave one of them out.", "compare");
  const compared = await compareRecords(base, head, {
    ...{ budget, starts, seed, fromRecords: args["from-records"] ?? false, evaluate: args.evaluate ?? false },
    ...(baseModel !== undefined && { baseModel }),
    ...(headModel !== undefined && { headModel }),
    ...(cacheFolder !== undefined && { cacheFolder }),
    ...{ progress: terminal.progress, signal: terminal.signal },
  });
  if (markdown !== undefined) await writeWhole(markdown, comparedMarkdown(compared));
  terminal.printJson(compared);
  terminal.print(comparedText(compared, terminal.width));
  return compared.verdict === "worse" ? 1 : 0;
};
