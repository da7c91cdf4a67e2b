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
