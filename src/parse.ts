import { didYouMean, isPareError, type PareError } from "@pare/error";
import yargs, { type Argv } from "yargs";
import { commands } from "./commands/index.ts";
import { usageError } from "./errors.ts";
import type { Command, OptionSet } from "./terminal/command.ts";
import { toolVersion } from "./version.ts";

export interface Parsed {
  readonly command: Command;
  readonly args: Readonly<Record<string, unknown>>;
}

const globalOptions = {
  json: { type: "boolean", describe: "Print results for programs" },
  quiet: { type: "boolean", alias: "q", describe: "No progress, no remarks" },
  verbose: { type: "boolean", describe: "Say more, also about faults" },
} as const satisfies OptionSet;

const epilogue = [
  "`pare <command> --help` shows a command's options and examples.",
  "Exit codes: 0 done, 1 a gate failed, 2 bad input, 3 failed, 130 interrupted.",
].join("\n");

/** `--help` and `--version` print and give undefined. Faults of the command line are thrown. */
export async function parseCommandLine(
  argv: readonly string[],
  print: (text: string) => void,
): Promise<Parsed | undefined> {
  const found: Parsed[] = [];
  const printed: string[] = [];
  const parser = createParser();
  for (const command of commands) register(parser, command, (args) => found.push({ command, args }));
  try {
    await parser.parseAsync([...argv], {}, (_error, _args, text) => {
      printed.push(text);
    });
  } catch (error) {
    throw explain(error, argv);
  }
  const text = printed.join("");
  if (text !== "") {
    print(text);
    return undefined;
  }
  const [parsed] = found;
  if (parsed === undefined) throw noCommand(argv);
  checkValues(parsed);
  return parsed;
}

function createParser(): Argv {
  return yargs()
    .scriptName("pare")
    .usage("$0 <command>\n\nMakes ONNX models small and fast, and proves it.")
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "greedy-arrays": false,
      "parse-positional-numbers": false,
      "strip-aliased": true,
    })
    .locale("en")
    .wrap(Math.min(80, process.stdout.columns || 80))
    .options(globalOptions)
    .help()
    .alias("help", "h")
    .version(toolVersion())
    .group([], "Options:")
    .group([...Object.keys(globalOptions), "help", "version"], "Everywhere:")
    .exitProcess(false)
    .strictOptions()
    .showHelpOnFail(false)
    .epilogue(epilogue)
    .fail((message, error) => {
      throw error ?? new Error(message);
    });
}

function register(parser: Argv, command: Command, parsed: (args: Record<string, unknown>) => void): void {
  parser.command(
    `${command.name} ${command.arguments}`.trim(),
    command.summary,
    (inner) => {
      for (const [name, spec] of Object.entries(command.positionals)) inner.positional(name, spec);
      inner
        .options(command.options)
        .usage(`$0 ${command.name} ${command.arguments}\n\n${command.summary}.`)
        .epilogue("");
      for (const [line, what] of command.examples) inner.example(line, what);
    },
    (args) => parsed({ ...args }),
  );
}

const commandNames = () => commands.map((command) => command.name);

/** What the parser complained about, in the project's form with "did you mean". */
function explain(error: unknown, argv: readonly string[]): unknown {
  if (!(error instanceof Error) || isPareError(error)) return error;
  const command = commands.find((candidate) => argv.includes(candidate.name));
  const isShort = error.message.startsWith("Not enough non-option arguments");
  const [, named] = /^Unknown arguments?: ([^,]*)/.exec(error.message) ?? [];
  // An unknown option takes the word behind it as its value: what is missing then is not the file.
  const unknown = named ?? (isShort ? argv.map(optionName).find((name) => isUnknown(name, command)) : undefined);
  if (unknown !== undefined) return unknownOption(unknown, command);
  const problem = error.message
    .replace(/^Not enough non-option arguments: got \d+, need at least \d+/, `${command?.arguments} is missing`)
    .replace(/^Not enough arguments following: (.*)/, "--$1 needs a value")
    .replace(/^Invalid values:\s*Argument: (\S+), Given: (.*), Choices: (.*)/, "--$1 cannot be $2: it is one of $3");
  return usageError(lowerFirst(problem.split("\n")[0]!), helpHint(command), command?.name);
}

const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

const helpHint = (command?: Command) => `See \`pare ${command ? `${command.name} ` : ""}--help\`.`;

const optionName = (word: string) => /^--([^=]+)/.exec(word)?.[1];

function isUnknown(name: string | undefined, command?: Command): name is string {
  return name !== undefined && !optionsOf(command).includes(name);
}

const optionsOf = (command?: Command) => Object.keys({ ...command?.options, ...globalOptions, help: 0, version: 0 });

function unknownOption(name: string, command?: Command): PareError {
  const known = optionsOf(command);
  const question = didYouMean(name, known).replace('"', '"--');
  return usageError(`unknown option --${name}`, `${question} ${helpHint(command)}`.trim(), command?.name);
}

function noCommand(argv: readonly string[]): PareError {
  const word = argv.find((argument) => !argument.startsWith("-"));
  if (word === undefined) return usageError("no command is given", `Commands: ${commandNames().join(", ")}.`);
  const next = `${didYouMean(word, commandNames())} Commands: ${commandNames().join(", ")}.`;
  return usageError(`there is no command "${word}"`, next.trim());
}

/** A list takes one value each time it is given. */
function extraHint({ command, args }: Parsed): string {
  const list = Object.entries(command.options as OptionSet).find(
    ([name, { array }]) => array && args[name] !== undefined,
  );
  const repeat = list === undefined ? "" : `For several values give --${list[0]} again before each. `;
  return `${repeat}${helpHint(command)}`;
}

/** What would silently be lost: words that no positional takes, all but one of two values; and numbers that are none. */
function checkValues(parsed: Parsed): void {
  const { command, args } = parsed;
  const [, extra] = Array.isArray(args._) ? args._ : [];
  if (extra !== undefined) throw usageError(`"${extra}" is one argument too many`, extraHint(parsed), command.name);
  for (const [name, spec] of Object.entries({ ...command.options, ...globalOptions } as OptionSet)) {
    const value = args[name];
    if (Array.isArray(value) && !spec.array)
      throw usageError(`--${name} is given ${value.length} times`, "Give it once.", command.name);
    if (spec.type === "number" && Number.isNaN(value))
      throw usageError(`--${name} is not a number`, helpHint(command), command.name);
  }
}
