import { isPareError } from "@pare/error";
import type { Model } from "@pare/ir";
import { MemorySource } from "@pare/tensor";
import { encodeModel, readModelFrom } from "../src/onnx/index.ts";
import { ropeBytes } from "../src/onnx/save.ts";
import { encodeModelMessage } from "../src/onnx/write-model.ts";
import { mutant } from "./mutate.ts";
import { samples } from "./samples.ts";

export interface FuzzReport {
  readonly cases: number;
  /** Damaged files that still read, and were encoded again. */
  readonly read: number;
  /** Files that were refused, by error code. */
  readonly refused: ReadonlyMap<string, number>;
  readonly slowestMs: number;
  readonly slowestSeed: number;
}

/**
 * Reads damaged files. Each must read, be encoded again and read the same way, or be refused with one of our errors.
 * @throws what a case threw otherwise, its seed in the message
 */
export function fuzz(first: number, cases: number): FuzzReport {
  const bases = Object.values(samples);
  const refused = new Map<string, number>();
  let read = 0;
  let slowestMs = 0;
  let slowestSeed = first;
  for (let seed = first; seed < first + cases; seed++) {
    const bytes = mutant(bases, seed);
    const start = performance.now();
    const code = outcome(bytes, seed);
    const took = performance.now() - start;
    if (code === undefined) read++;
    else refused.set(code, (refused.get(code) ?? 0) + 1);
    if (took > slowestMs) [slowestMs, slowestSeed] = [took, seed];
  }
  return { cases, read, refused, slowestMs, slowestSeed };
}

/** The code of the error that refused a file; undefined where it was read, and written as a file that reads again. */
function outcome(bytes: Uint8Array, seed: number): string | undefined {
  try {
    const model = readModelFrom(new MemorySource(bytes));
    checkCopies(model, bytes);
    return undefined;
  } catch (error) {
    if (isPareError(error)) return error.fault.code;
    throw new Error(`fuzz case ${seed}: ${error instanceof Error ? error.stack : error}`);
  }
}

/** Both ways of encoding give a file that reads; the one that reuses bytes gives the file itself. */
function checkCopies(model: Model, bytes: Uint8Array): void {
  const copy = encodeModel(model);
  if (copy.length > bytes.length) throw new Error(`the copy has ${copy.length} bytes, the file ${bytes.length}`);
  const fresh = ropeBytes(encodeModelMessage(model, { reuse: false, placeOf: () => undefined }));
  for (const written of [copy, fresh]) {
    const again = readBack(written);
    if (again.graph.nodeCount !== model.graph.nodeCount) throw new Error("the copy has another number of nodes");
  }
}

/** An error of ours is no excuse here: we wrote the file. */
function readBack(bytes: Uint8Array): Model {
  try {
    return readModelFrom(new MemorySource(bytes));
  } catch (error) {
    throw new Error(`the copy does not read: ${error instanceof Error ? error.message : error}`);
  }
}
