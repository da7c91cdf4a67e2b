import type { Fault } from "@pare/error";
import { type ExitCode, failureOf } from "../terminal/fault.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { type Inspection, inspectFile } from "./inspect.ts";
import { inspectionText } from "./text.ts";

/** One file that cannot be read does not keep the others from being shown; the exit code tells of it. */
export const inspectCommand: CommandRun<{ readonly files: readonly string[] }> = async ({ files }, terminal) => {
  const results: (Inspection | { readonly file: string; readonly error: Fault })[] = [];
  let exitCode: ExitCode = 0;
  for (const [i, file] of files.entries()) {
    if (files.length > 1) terminal.progress.report("inspect", i, files.length);
    try {
      const inspection = inspectFile(file);
      results.push(inspection);
      terminal.print(inspectionText(inspection, terminal.width));
    } catch (error) {
      const failure = failureOf(error);
      results.push({ file, error: failure.fault });
      terminal.warn(`${failure.text}\n`);
      exitCode = exitCode === 3 ? 3 : failure.exitCode;
    }
    terminal.signal.throwIfAborted();
  }
  terminal.printJson(results);
  return exitCode;
};
