import { openSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { archiveError } from "../errors.ts";
import { removeOpen, temporaryFolder } from "./unnamed-file.ts";

/**
 * A stream makes a new buffer of every piece, garbage as soon as it is written: in a thread with little room for garbage
 * it is collected early, and what memory there was goes when the thread does.
 */
const program = `
  const { createReadStream, createWriteStream } = require("node:fs");
  const { pipeline } = require("node:stream/promises");
  const { workerData: { path, target } } = require("node:worker_threads");
  const { createGunzip } = require("node:zlib");
  const from = createReadStream(path, { highWaterMark: 1 << 17 });
  pipeline(from, createGunzip({ chunkSize: 1 << 18 }), createWriteStream(target));
`;
const youngMb = 3;

/**
 * The uncompressed bytes of a gzip file, in a file that goes when the process does.
 * @throws DATA_ARCHIVE
 */
export async function unpack(path: string): Promise<number> {
  const folder = temporaryFolder();
  const target = join(folder, "unpacked");
  try {
    await unpackInThread(path, target);
    return openSync(target, "r");
  } catch (cause) {
    throw archiveError(path, `it cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}`);
  } finally {
    removeOpen(folder);
  }
}

function unpackInThread(path: string, target: string): Promise<void> {
  const resourceLimits = { maxYoungGenerationSizeMb: youngMb };
  const worker = new Worker(program, { eval: true, workerData: { path, target }, resourceLimits });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", () => resolve());
  });
}
