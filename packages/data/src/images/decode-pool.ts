/**
 * Two worker threads that decode images. What is asked for within one turn of the event loop goes out together, split
 * between them where it is worth starting another: a message costs as much as a small image, a thread as hundreds. Idle
 * threads do not keep the process alive.
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { bufferCollector } from "@pare/tensor";
import { decodeWorkerMissingError } from "../errors.ts";
import type { Place } from "../files/place.ts";
import type { Decoded, DecodeReply } from "./decode-protocol.ts";
import type { Geometry } from "./geometry.ts";
import type { Pixels } from "./pixels.ts";

const threads = 2;
/** Images in one message at most, so that a large group comes back part by part. */
const groupSize = 64;
/** Stored bytes of a group that one thread decodes in some milliseconds. */
const fewBytes = 256 * 1024;
/** What a thread makes is short-lived: with room for more of it, it only lies about longer. */
const youngMb = 3;

export interface ImageDecoder {
  /** @throws Error where the image cannot be decoded or shaped */
  decode(place: Place): Promise<Pixels>;
}

interface Asked {
  readonly place: Place;
  readonly resolve: (pixels: Pixels) => void;
  readonly reject: (error: Error) => void;
}

export function imageDecoder(geometry: Geometry): ImageDecoder {
  let waiting: Asked[] = [];
  const flush = () => {
    const all = waiting;
    waiting = [];
    const size = bytesOf(all) <= fewBytes ? groupSize : Math.min(groupSize, Math.ceil(all.length / threads));
    for (let at = 0; at < all.length; at += size) send(all.slice(at, at + size), geometry);
  };
  return {
    decode: (place) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ place, resolve, reject });
      }),
  };
}

function bytesOf(asked: readonly Asked[]): number {
  return asked.reduce((sum, { place }) => sum + place.size, 0);
}

interface Thread {
  readonly worker: Worker;
  readonly pending: Map<number, readonly Asked[]>;
}

const pool: (Thread | undefined)[] = new Array(threads).fill(undefined);
let nextKey = 0;

/** To the thread that has least to do; another is started where that is more than a little. */
function send(asked: readonly Asked[], geometry: Geometry): void {
  const load = pool.map((thread) => (thread === undefined ? fewBytes : bytesOf([...thread.pending.values()].flat())));
  const index = load.indexOf(Math.min(...load));
  pool[index] ??= startThread(index);
  const { worker, pending } = pool[index];
  const key = nextKey++;
  pending.set(key, asked);
  worker.ref();
  worker.postMessage({ key, places: asked.map(({ place }) => place), geometry });
}

function startThread(index: number): Thread {
  const worker = new Worker(findWorker(), { resourceLimits: { maxYoungGenerationSizeMb: youngMb } });
  const pending: Thread["pending"] = new Map();
  const arrived = bufferCollector();
  worker.on("message", ({ key, images, data }: DecodeReply) => {
    const asked = pending.get(key)!;
    pending.delete(key);
    if (pending.size === 0) worker.unref();
    arrived(data.length);
    for (const [i, { resolve, reject }] of asked.entries()) {
      const image = images[i]!;
      if ("fault" in image) reject(new Error(image.fault));
      else resolve(pixelsOf(image, data));
    }
  });
  worker.on("error", (error) => {
    pool[index] = undefined;
    for (const asked of pending.values()) for (const { reject } of asked) reject(error as Error);
  });
  return { worker, pending };
}

function pixelsOf(image: Exclude<Decoded, { fault: string }>, data: Uint8Array): Pixels {
  const { height, width, channels, offset } = image;
  return { height, width, channels, data: data.subarray(offset, offset + height * width * channels) };
}

/**
 * Where the threads' program is, seen from this module: beside it, in the package's build and in the bundled command; one
 * folder up from the command's shared chunks; from the sources, where the test set-up bundles it.
 */
function findWorker(): string {
  const places = ["./decode-worker.js", "../decode-worker.js", "../../dist/decode-worker.js"];
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw decodeWorkerMissingError(paths);
  return found;
}
