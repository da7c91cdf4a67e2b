import { existsSync, writeFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { type RunRecord, renderAnnotations, renderHtml, renderJunit, renderMarkdown, renderSvg } from "@pare/report";
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

interface Written {
  readonly text: string;
  /** Files that belong beside it, by their paths. */
  readonly beside?: ReadonlyMap<string, string>;
}

interface Place {
  readonly out: string | undefined;
  readonly strict: boolean;
}

type Render = (records: readonly RunRecord[], place: Place) => Promise<Written> | Written;

const renderers: Readonly<Record<string, Render>> = {
  html: async (records) => ({ text: await renderHtml(records) }),
  md: markdown,
  svg: async (records) => ({ text: await svg(records) }),
  junit: (records, { strict }) => ({ text: renderJunit(records, { strict }) }),
  annotations: (records, { strict }) => ({ text: renderAnnotations(records, { strict }) }),
};

const endings: Readonly<Record<string, string>> = {
  ".html": "html",
  ".htm": "html",
  ".md": "md",
  ".svg": "svg",
  ".xml": "junit",
};

/** With `--json` the records themselves: the form of them for programs. */
export const reportCommand: CommandRun<ReportArgs> = async (args, terminal) => {
  const { out, strict = false, force = false } = args;
  const format = args.format ?? formatOf(out);
  if (out !== undefined && !force && existsSync(out)) throw fileExistsError(out);
  const records: RunRecord[] = [];
  for (const path of args.records) records.push(await readRecordFile(path));
  const { text, beside = new Map<string, string>() } = await renderers[format]!(records, { out, strict });
  for (const path of beside.keys()) if (!force && existsSync(path)) throw fileExistsError(path);
  for (const [path, content] of beside) writeFileSync(path, content);
  if (out !== undefined) writeFileSync(out, text);
  else terminal.print(text);
  terminal.printJson(records);
  return 0;
};

/** In a file, with the charts of each run beside it; on standard output without. */
async function markdown(records: readonly RunRecord[], { out }: Place): Promise<Written> {
  const beside = new Map<string, string>();
  const texts: string[] = [];
  for (const [i, record] of records.entries()) {
    const drawn = out === undefined ? undefined : await renderSvg(record);
    const path = `${out?.replace(/\.[^./\\]*$/, "")}${records.length > 1 ? `-${i + 1}` : ""}.svg`;
    if (drawn !== undefined) beside.set(path, drawn);
    texts.push(renderMarkdown(record, drawn === undefined ? {} : { drawing: basename(path) }));
  }
  return { text: texts.join("\n"), beside };
}

async function svg([record, ...others]: readonly RunRecord[]): Promise<string> {
  if (record === undefined || others.length > 0)
    throw usageError("a drawing is of one run", "Give one record, or write several as HTML.", "report");
  const drawn = await renderSvg(record);
  if (drawn !== undefined) return drawn;
  throw usageError("the record has no times and nothing to draw", "Add a measurement to the recipe.", "report");
}

function formatOf(out: string | undefined): string {
  if (out === undefined) return "md";
  const format = endings[extname(out).toLowerCase()];
  if (format !== undefined) return format;
  throw usageError(`no format is known by the name "${out}"`, "Add --format html, md, svg or junit.", "report");
}
