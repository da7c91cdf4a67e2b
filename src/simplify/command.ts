import { existsSync, mkdirSync, statSync } from "node:fs";
import { basename, extname, join } from "node:path";
import { createOnnxRuntimeEngine } from "@pare/engine";
import type { Fault } from "@pare/error";
import { firstOpset, lastOpset } from "@pare/opset";
import { formatBytes, formatChange } from "@pare/report";
import { usageError } from "../errors.ts";
import { wrap } from "../inspect/text.ts";
import { type ExitCode, failureOf } from "../terminal/fault.ts";
import type { CommandRun, Terminal } from "../terminal/terminal.ts";
import type { CheckOutcome } from "./check.ts";
import { inputShapeFormError } from "./errors.ts";
import { type SimplifiedFile, type SimplifyOptions, simplifyFile } from "./simplify-file.ts";

export interface SimplifyArgs {
  readonly files: readonly string[];
  readonly out: string | undefined;
  readonly suffix: string | undefined;
  readonly force: boolean | undefined;
  readonly "input-shape": readonly string[] | undefined;
  readonly opset: number | undefined;
  readonly "external-data": boolean | undefined;
  readonly check: boolean | undefined;
  readonly "no-check": boolean | undefined;
  readonly only: readonly string[] | undefined;
  readonly except: readonly string[] | undefined;
}

/** One file that cannot be simplified does not keep the others from it; the exit code tells of it. */
export const simplifyCommand: CommandRun<SimplifyArgs> = async (args, terminal) => {
  const places = outputsOf(args);
  await using engine = createOnnxRuntimeEngine();
  const options: SimplifyOptions = { ...optionsOf(args), engine, progress: terminal.progress, signal: terminal.signal };
  const results: (SimplifiedFile | { readonly file: string; readonly error: Fault })[] = [];
  let exitCode: ExitCode = 0;
  for (const [file, out] of places) {
    try {
      const result = await simplifyFile(file, out, options);
      results.push(result);
      terminal.print(resultText(result, terminal));
    } catch (error) {
      terminal.signal.throwIfAborted();
      const failure = failureOf(error);
      results.push({ file, error: failure.fault });
      terminal.warn(failure.text);
      exitCode = exitCode === 3 ? 3 : failure.exitCode;
    }
  }
  terminal.printJson(results);
  return exitCode;
};

function optionsOf(args: SimplifyArgs): SimplifyOptions {
  const { opset, force, only, except } = args;
  if (args.check && args["no-check"])
    throw usageError("--check and --no-check exclude each other", "Give one.", "simplify");
  if (opset !== undefined && !(Number.isInteger(opset) && opset >= firstOpset && opset <= lastOpset))
    throw usageError(
      `--opset ${opset} is none that can be reached`,
      `Give one from ${firstOpset} to ${lastOpset}.`,
      "simplify",
    );
  return {
    inputShapes: Object.fromEntries((args["input-shape"] ?? []).map(parseInputShape)),
    ...(opset !== undefined && { opset }),
    ...(only !== undefined && { only }),
    ...(except !== undefined && { except }),
    ...(force !== undefined && { force }),
    ...(args["external-data"] !== undefined && { externalData: args["external-data"] }),
    check: args["no-check"] ? "never" : args.check ? "always" : "auto",
  };
}

/** "image:1,3,224,224"; the name may hold colons itself. */
export function parseInputShape(written: string): readonly [name: string, shape: readonly number[]] {
  const [, name, sizes] = /^(.+):(\d+(?:,\d+)*)$/.exec(written) ?? [];
  if (name === undefined || sizes === undefined) throw inputShapeFormError(written);
  return [name, sizes.split(",").map(Number)];
}

/** Where each input goes; two that would go to one place are refused before anything is done. */
export function outputsOf({
  files,
  out,
  suffix,
}: Pick<SimplifyArgs, "files" | "out" | "suffix">): readonly (readonly [string, string])[] {
  if ((out === undefined) === (suffix === undefined))
    throw usageError("one of --out and --suffix is needed", "--out small.onnx, or --suffix=-small.", "simplify");
  if (suffix !== undefined) return files.map((file) => [file, withSuffix(file, suffix)]);
  const isFolder = out!.endsWith("/") || (existsSync(out!) && statSync(out!).isDirectory());
  if (files.length === 1 && !isFolder) return [[files[0]!, out!]];
  if (!isFolder && extname(out!) === ".onnx")
    throw usageError(`${files.length} files cannot go to one: ${out}`, "Give --out a folder.", "simplify");
  mkdirSync(out!, { recursive: true });
  const places = files.map((file) => [file, join(out!, basename(file))] as const);
  const twice = places.find(([, place], i) => places.findIndex(([, other]) => other === place) !== i);
  if (twice) throw usageError(`two files would go to ${twice[1]}`, "Use --suffix, or run twice.", "simplify");
  return places;
}

function withSuffix(file: string, suffix: string): string {
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}${suffix}${extension}`;
}

export function checkLines(check: CheckOutcome): readonly string[] {
  if (check.status === "skipped") return [`not checked: ${check.reason}`];
  const { cases, remarks } = check;
  const same = cases - remarks.length;
  return [`same outputs on ${remarks.length === 0 ? cases : `${same} of ${cases}`} inputs in ONNX Runtime`, ...remarks];
}

function resultText(result: SimplifiedFile, { width, verbose }: Terminal): string {
  const { file, out, nodesBefore, nodesAfter, sizeBytesBefore, sizeBytesAfter, check, notes } = result;
  const sizes = `${formatBytes(sizeBytesBefore)} → ${formatBytes(sizeBytesAfter)} (${formatChange(sizeBytesBefore, sizeBytesAfter)})`;
  const lines = notes.map(({ kind, text, subjects = [] }) => {
    const names = verbose && subjects.length > 0 ? ` (${subjects.join(", ")})` : "";
    return `${kind === "left" ? "left alone: " : ""}${text}${names}`;
  });
  return [
    `${file} → ${out}: ${nodesBefore} → ${nodesAfter} nodes, ${sizes}`,
    ...[...lines, ...checkLines(check)].flatMap((line) =>
      wrap(line, width - 4).map((part, i) => (i === 0 ? "  " : "    ") + part),
    ),
  ].join("\n");
}
