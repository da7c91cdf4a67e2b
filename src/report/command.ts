import { existsSync, writeFileSync } from "node:fs";
import { extname } from "node:path";
import { type RunRecord, renderAnnotations, renderHtml, renderJunit, renderMarkdown } from "@pare/report";
import { fileExistsError, usageError } from "../errors.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { readRecordFile } from "./read-records.ts";

export interface ReportArgs {
  readonly records: readonly string[];
  readonly out: string | undefined;
  readonly format: string | undefined;
  readonly strict: boolean | undefined;
  readonly force: boolean | undefined;
}

type Render = (records: readonly RunRecord[], strict: boolean) => string | Promise<string>;

const renderers: Readonly<Record<string, Render>> = {
  html: renderHtml,
  md: (records) => records.map(renderMarkdown).join("\n"),
  junit: (records, strict) => renderJunit(records, { strict }),
  annotations: (records, strict) => renderAnnotations(records, { strict }),
};

const endings: Readonly<Record<string, string>> = { ".html": "html", ".htm": "html", ".md": "md", ".xml": "junit" };

/** With `--json` the records themselves: the form of them for programs. */
export const reportCommand: CommandRun<ReportArgs> = async (args, terminal) => {
  const { out, strict = false, force = false } = args;
  const format = args.format ?? formatOf(out);
  if (out !== undefined && !force && existsSync(out)) throw fileExistsError(out);
  const records: RunRecord[] = [];
  for (const path of args.records) records.push(await readRecordFile(path));
  const text = await renderers[format]!(records, strict);
  if (out !== undefined) writeFileSync(out, text);
  else terminal.print(text);
  terminal.printJson(records);
  return 0;
};

function formatOf(out: string | undefined): string {
  if (out === undefined) return "md";
  const format = endings[extname(out).toLowerCase()];
  if (format !== undefined) return format;
  throw usageError(`no format is known by the name "${out}"`, "Add --format html, md or junit.", "report");
}
