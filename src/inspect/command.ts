import type { Fault } from "@pare/error";
import { targetOf } from "../model/target-file.ts";
import { type ExitCode, failureOf } from "../terminal/fault.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { foreseeFile, type TargetInspection } from "./foresight.ts";
import { foresightText } from "./foresight-text.ts";
import { type Inspection, inspectFile } from "./inspect.ts";
import { inspectionText } from "./text.ts";

interface InspectArgs {
  readonly files: readonly string[];
  readonly target: string | undefined;
}

interface FileInspection extends Inspection {
  readonly foresight?: TargetInspection;
}

/** One file that cannot be read does not keep the others from being shown; the exit code tells of it. */
export const inspectCommand: CommandRun<InspectArgs> = async ({ files, target: named }, terminal) => {
  const target = named === undefined ? undefined : targetOf(named);
  const results: (FileInspection | { readonly file: string; readonly error: Fault })[] = [];
  let exitCode: ExitCode = 0;
  for (const [i, file] of files.entries()) {
    if (files.length > 1) terminal.progress.report("inspect", i, files.length);
    try {
      const inspection = inspectFile(file);
      terminal.print(inspectionText(inspection, terminal.width));
      const foresight = target && (await foreseeFile(file, target, terminal));
      if (foresight !== undefined) terminal.print(foresightText(foresight, terminal.width));
      results.push({ ...inspection, ...(foresight !== undefined && { foresight }) });
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
