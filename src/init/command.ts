import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline/promises";
import { checkRecipe, writeWhole } from "@pare/recipe";
import { recipeCatalog } from "../catalog.ts";
import { fileExistsError, modelToInitMissingError, usageError } from "../errors.ts";
import { inspectFile } from "../inspect/inspect.ts";
import { openTestData } from "../run/data.ts";
import type { CommandRun, Terminal } from "../terminal/terminal.ts";
import { dataMissingError } from "./errors.ts";
import { lookAtData } from "./look-at-data.ts";
import { lookAtModel, type ModelLook } from "./look-at-model.ts";
import { type Answers, recipeText } from "./recipe-text.ts";

export interface InitArgs {
  readonly recipe: string;
  readonly model: string | undefined;
  readonly data: string | undefined;
  readonly target: string | undefined;
  readonly yes: boolean | undefined;
  readonly force: boolean | undefined;
}

/** Looks at the model and the data, and writes a recipe that `pare run` can do. Nothing is written where it cannot. */
export const initCommand: CommandRun<InitArgs> = async (args, terminal) => {
  const { recipe: file, model, data, yes, force } = args;
  if (existsSync(file) && !force) throw fileExistsError(file);
  if (!yes && !process.stdin.isTTY)
    throw usageError("nobody can be asked: standard input is no terminal", "Use --yes with --model.", "init");
  if (yes && model === undefined)
    throw usageError("--yes needs --model", "Give the model's path, or builtin:quickstart.", "init");
  if (model !== undefined && !isThere(model)) throw modelToInitMissingError(model);
  if (data !== undefined && !existsSync(data)) throw dataMissingError(data);
  const answers = yes ? answersOf({ ...args, model: model! }) : await ask(args, terminal.signal);
  const text = recipeText(await fitted(answers, file, terminal), file);
  await writeWhole(file, text);
  terminal.printJson({ file, recipe: text });
  terminal.print(`Wrote ${file}. Next: pare plan ${file}, then pare run ${file}`);
  return 0;
};

function isThere(model: string): boolean {
  const [, name] = /^builtin:(.*)$/.exec(model) ?? [];
  return name === undefined ? existsSync(model) : recipeCatalog.builtinModels.includes(name);
}

interface Given {
  readonly model: string;
  readonly data: string | undefined;
  readonly target: string | undefined;
}

/** @throws the faults of a model file, INIT_DATA, INIT_TARGET */
function answersOf({ model, data, target }: Given): Answers {
  const isBuiltin = model.startsWith("builtin:");
  const look: ModelLook = isBuiltin ? { task: "other" } : lookAtModel(inspectFile(model));
  return {
    model,
    look,
    data: data === undefined ? undefined : lookAtData(data, target, look),
    isTimed: true,
    threads: 1,
    isQuickstart: model === "builtin:quickstart" && data === undefined,
  };
}

/**
 * The answers, tried out: the data can be read. Folders that are numbers, in a model with more scores than they are, name
 * the class that they hold; other classes that do not fit the scores are a warning. @throws the data's faults
 */
async function fitted(answers: Answers, file: string, terminal: Terminal): Promise<Answers> {
  const dataset = await openTestData(checkRecipe(recipeText(answers, file), file, recipeCatalog));
  const { look, data } = answers;
  const { classes } = dataset ?? { classes: [] };
  if (data === undefined || classes.length < 2 || look.scores === undefined || look.scores < 2) return answers;
  if (classes.length === look.scores) return answers;
  const isNumbered = classes.every((name) => /^\d+$/.test(name) && Number(name) < look.scores!);
  if ("images" in data.source && data.source.classes === undefined && isNumbered)
    return await fitted(
      { ...answers, data: { ...data, source: { ...data.source, classes: "number" } } },
      file,
      terminal,
    );
  if (data.source.classes !== "number")
    terminal.warn(
      `The data has ${classes.length} classes, the model ${look.scores} scores: see \`classes\` in \`pare schema\`.`,
    );
  return answers;
}

/** An empty answer takes the default in brackets. */
async function ask(args: InitArgs, signal: AbortSignal): Promise<Answers> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const question = async (text: string, preset: string, accepts: (answer: string) => boolean = () => true) => {
    for (;;) {
      const answer = (await prompt.question(`${text} [${preset}] `, { signal })).trim() || preset;
      if (accepts(answer)) return answer;
    }
  };
  const whole = (answer: string) => /^[1-9]\d*$/.test(answer);
  try {
    const model =
      args.model ?? (await question("Which model? A path, or builtin:quickstart", "builtin:quickstart", isThere));
    const isNone = (answer: string) => answer === "none" || existsSync(answer);
    const data = args.data ?? (await question("Which test data? A path, or none", "none", isNone));
    const answers = answersOf({ model, data: data === "none" ? undefined : data, target: args.target });
    const opset = await question("Raise it to which opset? A number, or keep", "keep", (a) => a === "keep" || whole(a));
    const most = availableParallelism();
    const threads = await question(`Measure with how many threads? 0: no times (here up to ${most})`, "1", (a) =>
      /^\d+$/.test(a),
    );
    const upgraded = opset === "keep" ? {} : { opset: Number(opset) };
    return { ...answers, ...upgraded, isTimed: Number(threads) > 0, threads: Number(threads) };
  } finally {
    prompt.close();
  }
}
