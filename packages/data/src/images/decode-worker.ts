/** A worker thread that reads, decodes and shapes images. */
import { parentPort } from "node:worker_threads";
import { bufferCollector } from "@pare/tensor";
import { readPlace, sharedMemory } from "../files/place.ts";
import { decodeImage } from "./decode.ts";
import type { Decoded, DecodeReply, DecodeRequest } from "./decode-protocol.ts";
import { shapeImage } from "./geometry.ts";
import type { Pixels } from "./pixels.ts";

const decoded = bufferCollector();

parentPort?.on("message", async ({ key, places, geometry }: DecodeRequest) => {
  const outcomes: (Pixels | string)[] = [];
  // One after the other. Not shared with the next request: that one starts while an image of this one is decoded.
  const memory = sharedMemory();
  for (const place of places)
    try {
      const pixels = await decodeImage(readPlace(place, memory));
      decoded(pixels.data.length);
      outcomes.push(shapeImage(pixels, geometry));
    } catch (error) {
      outcomes.push(error instanceof Error ? error.message : String(error));
    }
  const reply = pack(key, outcomes);
  parentPort?.postMessage(reply, [reply.data.buffer as ArrayBuffer]);
});

/** All images in one buffer, which changes hands instead of being copied. */
function pack(key: number, outcomes: readonly (Pixels | string)[]): DecodeReply {
  const total = outcomes.reduce((sum, each) => sum + (typeof each === "string" ? 0 : each.data.length), 0);
  const data = new Uint8Array(total);
  let offset = 0;
  const images = outcomes.map((each): Decoded => {
    if (typeof each === "string") return { fault: each };
    const { height, width, channels } = each;
    data.set(each.data, offset);
    offset += each.data.length;
    return { height, width, channels, offset: offset - each.data.length };
  });
  return { key, images, data };
}
