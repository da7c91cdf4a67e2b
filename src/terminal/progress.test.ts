import { expect, test } from "vitest";
import { createProgress, progressText } from "./progress.ts";

function recorder(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  let timeMs = 0;
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  const progress = createProgress(stream, () => timeMs);
  const at = (ms: number) => {
    timeMs = ms;
  };
  return { written, progress, at };
}

test("what is said of a task: how much is done, and how long the rest will take", () => {
  expect(progressText("evaluate", 0, 2000, 0)).toBe("evaluate: 0 of 2000, 0 %");
  expect(progressText("evaluate", 500, 2000, 2000)).toBe("evaluate: 500 of 2000, 25 %, about 6 s left");
  expect(progressText("evaluate", 10, 2000, 2000)).toBe("evaluate: 10 of 2000, 0 %, about 7 min left");
  expect(progressText("evaluate", 1999, 2000, 2000)).toBe("evaluate: 1999 of 2000, 99 %");
  expect(progressText("compare", 0, 0, 99_000)).toBe("compare");
});

test("on a terminal one line is written over, at most ten times a second, and cut to the width", () => {
  const { written, progress, at } = recorder(true, 20);
  progress.report("evaluate the original", 0, 9);
  at(50);
  progress.report("evaluate the original", 1, 9);
  at(150);
  progress.report("evaluate the original", 2, 9);
  expect(written).toEqual(["\revaluate the origin\x1b[K", "\revaluate the origin\x1b[K"]);
  progress.clear();
  progress.clear();
  expect(written.slice(2)).toEqual(["\r\x1b[K"]);
});

test("a task that says itself how it goes has no share and no guess of the time that is left", () => {
  const { written, progress, at } = recorder(true, 60);
  progress.report("training", 0, 700, "epoch 1/2");
  at(1000);
  progress.report("training", 7, 700, "epoch 1/2, loss 0.5, 9 s left");
  expect(written).toEqual([
    "\rtraining: 0 of 700, epoch 1/2\x1b[K",
    "\rtraining: 7 of 700, epoch 1/2, loss 0.5, 9 s left\x1b[K",
  ]);
});

test("elsewhere a task that takes long has plain lines, one in ten seconds; a short one has none", () => {
  const { written, progress, at } = recorder(false);
  progress.report("short", 0, 2);
  at(900);
  progress.report("short", 1, 2);
  at(1100);
  progress.report("long", 0, 100);
  at(9000);
  progress.report("long", 50, 100);
  at(11_100);
  progress.report("long", 60, 100);
  expect(written).toEqual(["long: 0 of 100, 0 %\n", "long: 60 of 100, 60 %, about 7 s left\n"]);
  progress.clear();
  expect(written).toHaveLength(2);
});
