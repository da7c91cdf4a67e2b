import { recordUnreadableError, recordVersionError } from "./errors.ts";
import { type RunRecord, recordVersion } from "./record.ts";

/**
 * The text of a `record.json`, checked: what is there has the right type. Fields that this version does not know are
 * kept.
 * @param file names the text in errors
 * @throws RECORD_UNREADABLE, RECORD_VERSION
 */
export async function readRecord(text: string, file: string): Promise<RunRecord> {
  const value = parseJson(text, file);
  if (typeof value !== "object" || value === null || !("format" in value) || value.format !== "pare-record")
    throw recordUnreadableError(file, 'it does not start with "format": "pare-record"');
  const version = "version" in value ? value.version : undefined;
  if (version !== recordVersion) throw recordVersionError(file, recordVersion, version);
  const { recordSchema } = await import("./record-schema.ts");
  const checked = recordSchema.safeParse(value);
  if (checked.success) return checked.data as RunRecord;
  const { path, message } = checked.error.issues[0]!;
  throw recordUnreadableError(file, `${path.map(String).join(".")}: ${message.replace(/^Invalid input: /, "")}`);
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw recordUnreadableError(file, error instanceof Error ? error.message.replace(/\.$/, "") : "it is not JSON");
  }
}
