import { parseOptions } from "@pare/pass";
import { type CheckedRecipe, digestOf, type RecipeStep } from "@pare/recipe";
import { passNamed } from "../catalog.ts";
import { type RunArgs, runCommandWith } from "../run/command.ts";
import type { CommandRun } from "../terminal/terminal.ts";

export interface DistillArgs extends Omit<RunArgs, "lock" | "base" | "strict"> {
  readonly teacher: readonly string[] | undefined;
  readonly student: string | undefined;
  readonly epochs: number | undefined;
  readonly "learning-rate": number | undefined;
  readonly batch: number | undefined;
  readonly temperature: number | undefined;
  readonly weight: number | undefined;
}

const pass = "distill";

/** `pare run` of a recipe that distils: what the command line says goes before what the recipe says. */
export const distillCommand: CommandRun<DistillArgs> = (args, terminal) => {
  const { teacher, student, epochs, batch, temperature, weight } = args;
  const given = { teacher, student, epochs, learningRate: args["learning-rate"], batch, temperature, weight };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const all = { lock: undefined, base: undefined, strict: undefined, ...args };
  return runCommandWith((checked) => withDistillation(checked, options), all, terminal);
};

/** The recipe's own distill step with these options, or one in front of its steps. @throws PASS_OPTIONS */
export function withDistillation(checked: CheckedRecipe, options: Readonly<Record<string, unknown>>): CheckedRecipe {
  const { steps } = checked.recipe;
  const at = steps.findIndex((step) => step.pass === pass);
  const changed = at === -1 ? [stepWith(undefined, options), ...steps] : steps.with(at, stepWith(steps[at], options));
  const recipe = { ...checked.recipe, steps: changed };
  return { ...checked, recipe, sha256: digestOf(recipe) };
}

function stepWith(step: RecipeStep | undefined, options: Readonly<Record<string, unknown>>): RecipeStep {
  const all = parseOptions(passNamed(pass), { ...step?.options, ...options });
  return { only: [], except: [], ...step, pass, options: { ...(all as Record<string, unknown>) } };
}
