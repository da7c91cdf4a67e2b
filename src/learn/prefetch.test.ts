import { expect, it } from "vitest";
import { prefetched } from "./prefetch.ts";

/** 0 … count − 1; it notes what was made, and whether it was ended. */
function counting(count: number, failsAt = -1) {
  const made: number[] = [];
  const state = { made, isEnded: false };
  async function* source() {
    try {
      for (let i = 0; i < count; i++) {
        if (i === failsAt) throw new Error(`no ${i}`);
        made.push(i);
        yield i;
      }
    } finally {
      state.isEnded = true;
    }
  }
  return { source: source(), state };
}

const moment = () => new Promise((done) => setTimeout(done, 10));

it("has two more ready, and never a third", async () => {
  const { source, state } = counting(6);
  const seen: number[] = [];
  for await (const item of prefetched(source, 2)) {
    await moment();
    seen.push(item);
    expect(state.made.length).toBe(Math.min(6, item + 3));
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  expect(state.isEnded).toBe(true);
});

it("ends the source when it is left", async () => {
  const { source, state } = counting(6);
  for await (const item of prefetched(source, 2)) {
    await moment();
    if (item === 1) break;
  }
  expect(state).toEqual({ made: [0, 1, 2, 3], isEnded: true });
});

it("reports a fault in its turn", async () => {
  const seen: number[] = [];
  const reading = async () => {
    for await (const item of prefetched(counting(6, 2).source, 2)) seen.push(item);
  };
  await expect(reading()).rejects.toThrow("no 2");
  expect(seen).toEqual([0, 1]);
});
