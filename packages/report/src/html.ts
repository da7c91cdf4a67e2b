import type { RunRecord } from "./record.ts";

/** One record's report, or several records beside each other, as one self-contained page. Its parts load when needed. */
export async function renderHtml(records: readonly RunRecord[]): Promise<string> {
  const { page } = await import("./html/page.ts");
  return page(records);
}

/** The charts of one run as an SVG file of their own; undefined where the record has nothing to draw. */
export async function renderSvg(record: RunRecord): Promise<string | undefined> {
  const { drawing } = await import("./html/drawing.ts");
  return drawing(record);
}
