import type { ExitCode } from "./fault.ts";
import { createProgress, type ProgressLine, type ProgressStream } from "./progress.ts";

export interface TerminalOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** What a command may do with the outside: results to standard output, everything else to standard error. */
export interface Terminal extends TerminalOptions {
  /** A result for a person; nothing where `--json` asks for one for programs. */
  print(text: string): void;
  /** A result for programs; nothing without `--json`. */
  printJson(value: unknown): void;
  /** A remark on the side: not with `--quiet`. */
  remark(text: string): void;
  /** Always shown. */
  warn(text: string): void;
  readonly progress: ProgressLine;
  readonly signal: AbortSignal;
  /** Columns that a table may use. */
  readonly width: number;
}

export interface Streams {
  readonly out: ProgressStream;
  readonly err: ProgressStream;
}

export type CommandRun<Args> = (args: Args, terminal: Terminal) => Promise<ExitCode>;

const silent: ProgressLine = { report: () => {}, clear: () => {} };

export function createTerminal(options: TerminalOptions, streams: Streams, signal: AbortSignal): Terminal {
  const { json, quiet } = options;
  const progress = quiet ? silent : createProgress(streams.err);
  const write = (stream: ProgressStream, text: string) => {
    progress.clear();
    stream.write(text.endsWith("\n") ? text : `${text}\n`);
  };
  return {
    ...options,
    progress,
    signal,
    width: Math.min(Math.max(streams.out.columns || 80, 40), 120),
    print: (text) => void (json || write(streams.out, text)),
    printJson: (value) => void (json && write(streams.out, JSON.stringify(value, null, 2))),
    remark: (text) => void (quiet || write(streams.err, text)),
    warn: (text) => write(streams.err, text),
  };
}
