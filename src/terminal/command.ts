import type { InferredOptionTypes, Options, PositionalOptions } from "yargs";
import type { CommandRun } from "./terminal.ts";

export type OptionSet = Readonly<Record<string, Options>>;
export type PositionalSet = Readonly<Record<string, PositionalOptions>>;

/** A verb of the command line: plain data, and a function that loads what it does when it is used. */
export interface Command {
  /** "simplify". */
  readonly name: string;
  /** After the name: "<file...>". */
  readonly arguments: string;
  /** One line, imperative. */
  readonly summary: string;
  readonly positionals: PositionalSet;
  readonly options: OptionSet;
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** What Ctrl-C leaves behind, as a sentence. */
  readonly afterInterrupt?: string;
  /** Whether it runs models: the runtime's process starts while the command is loaded. */
  readonly runsModels?: boolean;
  readonly load: () => Promise<CommandRun<never>>;
}

/** Ties the types of the arguments to the function that gets them. */
export function defineCommand<const P extends PositionalSet, const O extends OptionSet>(
  command: Omit<Command, "positionals" | "options" | "load"> & {
    readonly positionals: P;
    readonly options: O;
    readonly load: () => Promise<CommandRun<InferredOptionTypes<P> & InferredOptionTypes<O>>>;
  },
): Command {
  return command;
}
