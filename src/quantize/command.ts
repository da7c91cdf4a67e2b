import { existsSync } from "node:fs";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { openCache, optionNames, readRecipe } from "@pare/recipe";
import { passNamed, recipeCatalog } from "../catalog.ts";
import { modelMissingError } from "../evaluate/errors.ts";
import { withTargetFile } from "../model/target-file.ts";
import { defaultCacheFolder } from "../run/cache-folder.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { optionIdleError, optionUnfitError } from "./errors.ts";
import { quantizeFile } from "./quantize-file.ts";
import { quantizedText } from "./text.ts";

export interface QuantizeArgs {
  readonly model: string;
  readonly out: string;
  readonly force: boolean | undefined;
  readonly data: string | undefined;
  readonly scheme: string;
  readonly only: readonly string[] | undefined;
  readonly except: readonly string[] | undefined;
  readonly "no-simplify": boolean | undefined;
  readonly "no-measure": boolean | undefined;
  readonly threads: number;
  readonly "cache-dir": string | undefined;
  readonly "cache-limit": number;
  readonly "no-cache": boolean | undefined;
}

/** Options of the command itself; every other one is the pass's own. */
const own = new Set([
  ..."model out force data scheme only except threads json quiet verbose help".split(" "),
  ...["cache-dir", "cache-limit", "no-cache", "no-simplify", "no-measure"],
]);

/** Options that say something of one way to calibrate alone. */
const ofPercentile = new Set(["percentile", "tails"]);

export const quantizeCommand: CommandRun<QuantizeArgs> = async (args, terminal) => {
  const { model: file, out, scheme, only, except, threads } = args;
  if (!existsSync(file)) throw modelMissingError(file);
  const pass = `quantize/${scheme}`;
  const options = withTargetFile(passOptions(args, scheme));
  const recipe = args.data === undefined ? undefined : readRecipe(args.data, recipeCatalog, { model: file });
  await using engine = createOnnxRuntimeEngine();
  const result = await quantizeFile(
    {
      ...{ file, out, pass, options, recipe, threads },
      simplify: args["no-simplify"] !== true,
      measure: args["no-measure"] !== true,
      force: args.force ?? false,
      ...(only !== undefined && { only }),
      ...(except !== undefined && { except }),
      cache: args["no-cache"]
        ? undefined
        : await openCache(args["cache-dir"] ?? defaultCacheFolder(), args["cache-limit"] * 1e9),
    },
    { engine, progress: terminal.progress, signal: terminal.signal },
  );
  terminal.printJson(result);
  terminal.print(quantizedText(result, terminal));
  return 0;
};

/** What was given of the options of the pass, by the names that it knows them by. @throws USAGE for one that it has not */
function passOptions(args: QuantizeArgs, scheme: string): Readonly<Record<string, unknown>> {
  const fits = optionNames(passNamed(`quantize/${scheme}`).options);
  const given = Object.entries(args).filter(([name, value]) => value !== undefined && /^[a-z-]+$/.test(name));
  const options: Record<string, unknown> = {};
  const isByPercentile = given.some(([name, value]) => name === "calibrate" && value === "percentile");
  for (const [name, value] of given) {
    if (own.has(name)) continue;
    if (!fits.includes(name)) throw optionUnfitError(name, scheme, fits);
    if (ofPercentile.has(name) && !isByPercentile) throw optionIdleError(name);
    options[name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())] = value;
  }
  return options;
}
