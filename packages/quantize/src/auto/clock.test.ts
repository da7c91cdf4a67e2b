import type { Tools } from "@pare/pass";
import { describe, expect, it } from "vitest";
import { startClock } from "./clock.ts";

const toolsOf = (signal: AbortSignal): Tools => ({
  run: () => Promise.reject(new Error("there is no runtime here")),
  progress: { report: () => {} },
  signal,
  seed: 0,
  selects: () => true,
  within: (stop) => toolsOf(AbortSignal.any([signal, stop])),
});
const tools = toolsOf(new AbortController().signal);

/** Takes so long unless it is stopped. */
const taking =
  (ms: number) =>
  ({ signal }: Tools) =>
    new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => resolve("done"), ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(signal.reason);
      });
    });

describe("clock", () => {
  it("begins what fits, leaves out what does not, and stops what takes longer than it was expected to", async () => {
    const clock = startClock(1000);
    expect(await clock.during("short", 10, tools, taking(1))).toBe("done");
    expect(await clock.during("too long", 2000, tools, taking(1))).toBeUndefined();
    const began = performance.now();
    expect(await clock.during("stopped", 10, tools, taking(60_000))).toBeUndefined();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(clock.leftOut()).toEqual(["too long", "stopped"]);
    expect(clock.leftMs()).toBeLessThanOrEqual(0);
  });

  it("keeps time for what comes after", async () => {
    const clock = startClock(100_000);
    clock.reserve(40_000);
    expect(clock.leftMs()).toBeLessThanOrEqual(60_000);
    expect(await clock.during("work", 70_000, tools, taking(1))).toBeUndefined();
    // Not more than half: else nothing would be tried.
    clock.reserve(90_000);
    expect(clock.leftMs()).toBeGreaterThan(40_000);
  });

  it("passes faults on, and that the user has stopped everything", async () => {
    const clock = startClock(100_000);
    const broken = clock.during("broken", 0, tools, () => Promise.reject(new Error("a fault")));
    await expect(broken).rejects.toThrow("a fault");
    const stopped = toolsOf(AbortSignal.abort(new Error("Ctrl-C")));
    await expect(clock.during("stopped", 0, stopped, ({ signal }) => Promise.reject(signal.reason))).rejects.toThrow(
      "Ctrl-C",
    );
    expect(clock.leftOut()).toEqual([]);
  });
});
