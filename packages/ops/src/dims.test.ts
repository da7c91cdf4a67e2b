import { describe, expect, test } from "vitest";
import * as dims from "./dims.ts";

describe("canonical text", () => {
  test.each([
    ["h", "h"],
    ["h*4", "4*h"],
    ["2 + h", "h + 2"],
    ["h - h", 0],
    ["(h + 1)*(h - 1)", "h*h - 1"],
    ["w*h*2 - b", "2*h*w - b"],
    ["floor(8*h/4)", "2*h"],
    ["floor((8*h + 3)/4)", "2*h"],
    ["floor((h + 5)/2)", "floor((h + 1)/2) + 2"],
    ["floor(floor(h/2)/2)", "floor(h/4)"],
    ["floor((floor((h - 1)/2) + 1 - 1)/2) + 1", "floor((h + 3)/4)"],
    ["ceil(h/2)", "-floor(h/2) + h"],
    ["floor(2*h/4)", "floor(h/2)"],
    ["floor(3*b*h/(3*b))", "h"],
    ["h // 2", "floor(h/2)"],
    ["s0**2", "s0*s0"],
    ["max(h, h + 2)", "h + 2"],
    ["min(s, p + s)", "s"],
    ["max(0, h)", "h"],
    ["max(b, a, b)", "max(a, b)"],
    ["max(max(a, b), 3)", "max(3, a, b)"],
    ["max(h - floor(h/2), -1)", "h - floor(h/2)"],
    ["`batch size` + 1", "`batch size` + 1"],
    ["broadcast(a, 1)", "a"],
  ])("%s is %s", (text, canonical) => {
    expect(dims.parseDim(text)).toBe(canonical);
  });
  test.each(["", "h +", "h/2", "floor(h)", "max(a", "a b", "`a", "1e3", "floor(h/0)"])(
    "%s is no expression",
    (text) => {
      expect(dims.parseDim(text)).toBeUndefined();
    },
  );
});
