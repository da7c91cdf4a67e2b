import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built command: `npm run build` makes it. */
export const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

export interface Ended {
  /** As a shell has it: 128 plus the number of the signal that ended it. */
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

const signalNumbers: Readonly<Record<string, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export function startPare(
  folder: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Started {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    text.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    text.err += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0), ...text }));
  });
  return { child, ended };
}

export function pare(folder: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended> {
  return startPare(folder, args, env).ended;
}
