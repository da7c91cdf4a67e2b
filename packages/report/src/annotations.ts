import type { JunitOptions } from "./junit.ts";
import type { GateRecord, RunRecord } from "./record.ts";

/** Failed and undecided gates as workflow commands of GitHub Actions, which shows them beside the commit. */
export function renderAnnotations(records: readonly RunRecord[], { strict = false }: JunitOptions = {}): string {
  return records
    .flatMap(({ recipe, gates = [] }) => gates.flatMap((gate) => annotation(recipe.name, gate, strict)))
    .join("");
}

function annotation(recipe: string, { expression, status, reason }: GateRecord, strict: boolean): readonly string[] {
  if (status === "pass" || status === "skipped") return [];
  const level = status === "fail" || strict ? "error" : "warning";
  const what = status === "fail" ? "failed" : "cannot be told";
  return [`::${level} title=${property(`${recipe}: gate ${what}`)}::${data(`${expression}: ${reason}`)}\n`];
}

const data = (text: string) =>
  text.replace(/[%\r\n]/g, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);
const property = (text: string) => data(text).replace(/:/g, "%3A").replace(/,/g, "%2C");
