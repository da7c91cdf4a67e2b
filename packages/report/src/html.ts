import type { RunRecord } from "./record.ts";

/** One record's report, or several records beside each other, as one self-contained page. Its parts load when needed. */
export async function renderHtml(records: readonly RunRecord[]): Promise<string> {
  const { page } = await import("./html/page.ts");
  return page(records);
}
