import { existsSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { checkRecipe, writeWhole } from "@pare/recipe";
import { recipeCatalog } from "../catalog.ts";
import { fileExistsError, modelToInitMissingError, usageError } from "../errors.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { type Answers, defaultAnswers, recipeText } from "./recipe-text.ts";

export interface InitArgs {
  readonly recipe: string;
  readonly model: string | undefined;
  readonly yes: boolean | undefined;
  readonly force: boolean | undefined;
}

/** Writes a recipe that `pare plan` accepts. */
export const initCommand: CommandRun<InitArgs> = async ({ recipe: file, model, yes, force }, terminal) => {
  if (existsSync(file) && !force) throw fileExistsError(file);
  if (!yes && !process.stdin.isTTY)
    throw usageError("nobody can be asked: standard input is no terminal", "Use --yes with --model.", "init");
  if (yes && model === undefined)
    throw usageError("--yes needs --model", "Give the model's path, or builtin:quickstart.", "init");
  const given = defaultAnswers(model);
  if (model !== undefined && !isThere(model)) throw modelToInitMissingError(model);
  const answers = yes ? given : await ask(given, terminal.signal);
  const text = recipeText(answers, file);
  checkRecipe(text, file, recipeCatalog);
  await writeWhole(file, text);
  terminal.printJson({ file, recipe: text });
  terminal.print(`Wrote ${file}. Next: pare plan ${file}, then pare run ${file}`);
  return 0;
};

function isThere(model: string): boolean {
  const [, name] = /^builtin:(.*)$/.exec(model) ?? [];
  return name === undefined ? existsSync(model) : recipeCatalog.builtinModels.includes(name);
}

/** An empty answer takes the default in brackets. */
async function ask(given: Answers, signal: AbortSignal): Promise<Answers> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const question = async (text: string, preset: string, accepts: (answer: string) => boolean = () => true) => {
    for (;;) {
      const answer = (await prompt.question(`${text} [${preset}] `, { signal })).trim() || preset;
      if (accepts(answer)) return answer;
    }
  };
  const whole = (answer: string) => /^[1-9]\d*$/.test(answer);
  const yesOrNo = (answer: string) => /^(y|n|yes|no)$/i.test(answer);
  try {
    const model = await question("Which model? A path, or builtin:quickstart", given.model, isThere);
    const opset = await question("Raise it to which opset? A number, or keep", "keep", (a) => a === "keep" || whole(a));
    const times = await question("Measure latency? yes or no", "yes", yesOrNo);
    const isTimed = /^y/i.test(times);
    const threads = isTimed ? await question("With how many threads?", String(given.threads), whole) : "1";
    const upgraded = opset === "keep" ? {} : { opset: Number(opset) };
    return { ...defaultAnswers(model), ...upgraded, isTimed, threads: Number(threads) };
  } finally {
    prompt.close();
  }
}
