import { type Parsed, parseCommandLine } from "./parse.ts";
import type { Command } from "./terminal/command.ts";
import { type ExitCode, failureOf } from "./terminal/fault.ts";
import { createTerminal, type Streams, type Terminal, type TerminalOptions } from "./terminal/terminal.ts";

/**
 * Parses a command line and runs it. Nothing is thrown: a fault becomes one message on standard error, with `--json`
 * also `{ "error": … }` on standard output, and an exit code.
 */
export async function main(argv: readonly string[], streams: Streams, signal: AbortSignal): Promise<ExitCode> {
  const before: TerminalOptions = {
    json: argv.includes("--json"),
    quiet: argv.includes("--quiet") || argv.includes("-q"),
    verbose: argv.includes("--verbose"),
  };
  const terminal = createTerminal(before, streams, signal);
  let parsed: Parsed | undefined;
  try {
    parsed = await parseCommandLine(argv, (text) => streams.out.write(`${text}\n`));
    if (parsed === undefined) return 0;
    // Where that fails the command says so itself.
    if (parsed.command.runsModels)
      import("@pare/engine").then(({ startHostEarly }) => startHostEarly()).catch(() => {});
    await import("./plain-schemas.ts");
    const run = await parsed.command.load();
    return await run(parsed.args as never, terminal);
  } catch (error) {
    // A prompt reads the terminal by itself: Ctrl-C there is no signal.
    const isPromptAborted = error instanceof Error && error.name === "AbortError";
    if (signal.aborted || isPromptAborted) return stopped(signal, terminal, parsed?.command);
    const { exitCode, text, fault } = failureOf(error);
    terminal.warn(text);
    if (terminal.verbose && error instanceof Error) terminal.warn(stackOf(error));
    terminal.printJson({ error: fault });
    return exitCode;
  }
}

/** 128 plus the number of the signal, as shells have it. */
function stopped(signal: AbortSignal, terminal: Terminal, command: Command | undefined): ExitCode {
  terminal.warn(`Interrupted. ${command?.afterInterrupt ?? ""}`.trimEnd());
  return signal.reason === "SIGTERM" ? 143 : 130;
}

function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by ${stackOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
