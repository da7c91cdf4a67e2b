import { describe, expect, it } from "vitest";
import { transposedSizes, type Window, windowCounts } from "./window.ts";

function window(changes: Partial<Window>): Window {
  return { kernel: [3], strides: [1], dilations: [1], padsBegin: [0], padsEnd: [0], autoPad: "NOTSET", ...changes };
}

describe("windowCounts", () => {
  it.each([
    [10, window({}), 8],
    [10, window({ strides: [2] }), 4],
    [10, window({ padsBegin: [1], padsEnd: [1] }), 10],
    [10, window({ dilations: [3] }), 4],
    [10, window({ autoPad: "SAME", strides: [3] }), 4],
    [10, window({ autoPad: "VALID", strides: [3] }), 3],
    ["h", window({ padsBegin: [1], padsEnd: [1] }), "h"],
    ["h", window({ kernel: [1], strides: [2] }), "floor((h + 1)/2)"],
    [undefined, window({}), undefined],
    [10, window({ kernel: [undefined] }), undefined],
    // Reach 3 in a size of 2: none fits, and a broken node's negative counts say nothing.
    [2, window({}), 0],
    [1, window({}), undefined],
  ])("size %s: case %#", (size, w, expected) => {
    expect(windowCounts([size], w)).toEqual([expected]);
  });

  it("rounds up with ceil, and leaves out a window that would start behind the input", () => {
    // Windows of 3 every 2 over 8: start at 0, 2, 4 and, cut short, 6.
    expect(windowCounts([8], window({ strides: [2] }), true)).toEqual([4]);
    // Windows of 2 every 3 over 6 with one pad behind: 0, 3, and 6 would start in the pad.
    const behind = window({ kernel: [2], strides: [3], padsEnd: [1] });
    expect(windowCounts([6], behind, true)).toEqual([2]);
    expect(windowCounts([7], behind, true)).toEqual([3]);
    expect(windowCounts(["w"], behind, true)).toEqual(["floor((w + 2)/3)"]);
  });
});

describe("transposedSizes", () => {
  it.each([
    [5, window({}), 0, 7],
    [5, window({ strides: [2] }), 0, 11],
    [5, window({ strides: [2], padsBegin: [1], padsEnd: [1] }), 1, 10],
    [5, window({ strides: [2], autoPad: "SAME" }), 0, 10],
    // A kernel shorter than the stride has nothing to cut off.
    [5, window({ kernel: [1], strides: [3], autoPad: "SAME" }), 0, 13],
    ["h", window({ strides: [2], padsBegin: [1], padsEnd: [1] }), 1, "2*h"],
  ])("size %s: case %#", (size, w, outputPadding, expected) => {
    expect(transposedSizes([size], w, [outputPadding])).toEqual([expected]);
  });
});
