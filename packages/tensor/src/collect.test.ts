import { expect, it } from "vitest";
import { bufferCollector } from "./collect.ts";

it("keeps what was let go from lying about", async () => {
  const letGo = bufferCollector();
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < 200; i++) {
    letGo(new Uint8Array(1 << 20).length);
    // Swept beside this thread.
    if (i % 10 === 0) await new Promise((done) => setTimeout(done, 1));
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  expect(most).toBeLessThan(32 << 20);
});

it("takes what has become old, too", async () => {
  const letGo = bufferCollector();
  let closed = 0;
  const registry = new FinalizationRegistry(() => closed++);
  const sets = 200;
  for (let i = 0; i < sets; i++) {
    registry.register(new Array(100), undefined);
    letGo(4 << 20);
    if (i % 10 === 0) await new Promise((done) => setTimeout(done, 1));
  }
  expect(closed).toBeGreaterThan(sets / 2);
});
