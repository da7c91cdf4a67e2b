import { expect, test } from "vitest";
import { asConvolution } from "./as-convolution.ts";
import { shiftBoth, shiftThenStack, stackThenShift } from "./by-products.ts";
import { bySlices } from "./by-slices.ts";
import { depthwise } from "./depthwise.ts";
import { fastest } from "./weight-gradient.ts";

/** A square convolution that stride 1 keeps the size of. */
function chosen(channels: number, outputs: number, size: number, kernel: number, stride: number, group = 1) {
  const windows = Math.floor((size - 1) / stride) + 1;
  const pair = (value: number) => [value, value];
  const pads = pair((kernel - 1) / 2);
  const window = {
    kernel: pair(kernel),
    strides: pair(stride),
    dilations: pair(1),
    padsBegin: pads,
    padsEnd: pads,
    group,
  };
  const shapes = {
    data: [8, channels, size, size],
    weight: [outputs, channels / group, kernel, kernel],
    output: [8, outputs, windows, windows],
  };
  return fastest({ shapes, window });
}

test("the form that was measured to be the fastest", () => {
  expect(chosen(16, 16, 32, 3, 1)).toBe(shiftBoth);
  expect(chosen(32, 32, 16, 3, 1)).toBe(shiftBoth);
  expect(chosen(64, 64, 8, 3, 1)).toBe(shiftBoth);
  expect([shiftThenStack, stackThenShift]).toContain(chosen(3, 16, 32, 3, 1));
  expect([shiftThenStack, stackThenShift]).toContain(chosen(16, 32, 32, 3, 2));
  expect([shiftThenStack, stackThenShift]).toContain(chosen(32, 64, 16, 3, 2));
  expect(chosen(32, 32, 112, 3, 1)).toBe(bySlices);
  expect(chosen(3, 32, 224, 3, 2)).toBe(asConvolution);
  expect(chosen(3, 64, 224, 7, 2)).toBe(asConvolution);
});

test("depthwise: in its own form at middling widths, and where dense", () => {
  expect(chosen(32, 32, 32, 3, 1, 32)).toBe(depthwise);
  expect(chosen(32, 32, 112, 3, 1, 32)).toBe(asConvolution);
  expect(chosen(960, 960, 4, 3, 1, 960)).toBe(asConvolution);
  expect(chosen(32, 32, 28, 3, 2, 32)).toBe(asConvolution);
  expect(chosen(32, 32, 28, 3, 1, 4)).toBe(asConvolution);
});
