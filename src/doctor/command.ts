import { existsSync } from "node:fs";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readRecipe } from "@pare/recipe";
import { recipeCatalog } from "../catalog.ts";
import { modelMissingError } from "../evaluate/errors.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { diagnose } from "./diagnose.ts";
import { diagnosisText } from "./diagnosis-text.ts";
import { showEnvironment } from "./environment.ts";
import { recipeMissingError } from "./errors.ts";

export interface DoctorArgs {
  readonly model: string | undefined;
  readonly recipe: string | undefined;
  readonly against: string | undefined;
  readonly target: string | undefined;
}

/** Without a model: what works here. With one: exit code 1 where a cause was found, or accuracy is lost without one. */
export const doctorCommand: CommandRun<DoctorArgs> = async (args, terminal) => {
  const { model, recipe, against, target } = args;
  if (model === undefined) return await showEnvironment(args, terminal);
  if (!existsSync(model)) throw modelMissingError(model);
  if (recipe === undefined) throw recipeMissingError(model);
  if (against !== undefined && !existsSync(against)) throw modelMissingError(against);
  await using engine = createOnnxRuntimeEngine();
  const files = { model, against, target, checked: readRecipe(recipe, recipeCatalog, { model }) };
  const diagnosis = await diagnose(files, { engine, progress: terminal.progress, signal: terminal.signal });
  terminal.printJson(diagnosis);
  terminal.print(diagnosisText(diagnosis, terminal.width));
  return diagnosis.causes.length > 0 || diagnosis.isHurt ? 1 : 0;
};
