import { expect, it } from "vitest";
import { type LiveFigures, progressText } from "./progress.ts";

const start: LiveFigures = {
  ...{ epoch: 0, epochs: 20, loss: undefined, score: undefined, samplesPerSecond: undefined, secondsLeft: undefined },
};

it("says what is known", () => {
  expect(progressText(start)).toBe("epoch 1/20");
  const score = {
    metric: "accuracy.top1",
    value: 0.78125,
    better: "higher",
    unit: "ratio",
    samples: 32,
    loss: 0.6,
  } as const;
  expect(progressText({ ...start, epoch: 2, loss: 0.51234, score, samplesPerSecond: 1523.4, secondsLeft: 99.2 })).toBe(
    "epoch 3/20, loss 0.512, accuracy.top1 0.7813, 1523 samples/s, 100 s left",
  );
});

it.each([
  [100, "2 min left"],
  [5999, "100 min left"],
  [9000, "2.5 h left"],
])("%d s are %s", (secondsLeft, text) => {
  expect(progressText({ ...start, secondsLeft })).toBe(`epoch 1/20, ${text}`);
});
