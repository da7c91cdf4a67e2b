import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type RunRecord, readRecord } from "@pare/report";

/** The record of a file, or of a run's folder. @throws RECORD_UNREADABLE, RECORD_VERSION; the file system's own faults */
export async function readRecordFile(path: string): Promise<RunRecord> {
  const file = statSync(path).isDirectory() ? join(path, "record.json") : path;
  return await readRecord(readFileSync(file, "utf8"), file);
}
