import type { Dim } from "@pare/ir";
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
    ["ceil(h/2)", "floor((h + 1)/2)"],
    ["floor(-h/2)", "-floor((h + 1)/2)"],
    ["floor(2*h/4)", "floor(h/2)"],
    ["floor(3*b*h/(3*b))", "h"],
    ["h // 2", "floor(h/2)"],
    ["s0**2", "s0*s0"],
    ["max(h, h + 2)", "h + 2"],
    ["min(s, p + s)", "s"],
    ["max(0, h)", "h"],
    ["max(b, a, b)", "max(a, b)"],
    ["max(max(a, b), 3)", "max(3, a, b)"],
    ["max(h - floor(h/2), -1)", "-floor(h/2) + h"],
    ["(b*p + b*s)//(p + s)", "b"],
    ["broadcast(broadcast(a, b), a)", "broadcast(a, b)"],
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

test("a saturated number gives way to any symbol in a minimum", () => {
  expect(dims.minDims("a", Number.MAX_SAFE_INTEGER)).toBe("a");
});

test.each([
  ["a power of a long sum", `(${Array.from({ length: 30 }, (_, i) => `n${i}`).join(" + ")})**8`],
  ["a very long sum", Array.from({ length: 100_000 }, (_, i) => `n${i}`).join(" + ")],
  ["deep parentheses", `${"(".repeat(10_000)}n${")".repeat(10_000)}`],
  ["nested maxima", Array.from({ length: 40 }, (_, i) => `max(n${i} - 1, m${i}`).join(", ") + ")".repeat(40)],
])("%s is unknown, and soon", (_, text) => {
  const start = performance.now();
  const dim = dims.parseDim(text);
  expect(dims.equalDims(dim, dims.addDims(dim, dim))).toBeUndefined();
  expect(performance.now() - start).toBeLessThan(2000);
});

describe("relations", () => {
  test.each([
    ["h + 1", "1 + h", true],
    ["h", "h + 1", false],
    ["h", "w", undefined],
    ["2*h", "h", undefined],
    [3, 4, false],
    [undefined, 4, undefined],
  ] as const)("%s equals %s: %s", (a, b, expected) => {
    expect(dims.equalDims(canonical(a), canonical(b))).toBe(expected);
  });

  test.each([
    ["h + s", "s", true],
    ["h", 0, true],
    ["h", 1, undefined],
    ["h", "h + 1", false],
    ["h - floor(h/2)", 0, true],
    ["h - min(h, w)", 0, true],
    ["h", "max(0, h - 1)", true],
    ["max(0, h - 1)", "h - 1", true],
    ["h", "floor((h + 1)/2)", undefined],
    ["2*floor((h + 1)/2)", "h", true],
    ["floor((h - 1)/2) + 1", 0, true],
  ] as const)("%s is at least %s: %s", (a, b, expected) => {
    expect(dims.atLeastDims(canonical(a), canonical(b))).toBe(expected);
  });

  test.each([
    ["h", 1, "h"],
    [1, "h", "h"],
    ["h", 5, 5],
    ["h", 0, 0],
    [2, 3, undefined],
    [undefined, 4, 4],
    ["h", undefined, undefined],
    ["h", "w", "broadcast(h, w)"],
  ] as const)("%s broadcast with %s is %s", (a, b, expected) => {
    expect(dims.broadcastDims(a, b)).toBe(expected);
  });
});

describe("sizes that files declare", () => {
  test.each([
    ["batch", "batch"],
    ["past + 1", "past + 1"],
    ["batch-size", "`batch-size`"],
    ["sequence length", "`sequence length`"],
    ["h/8", "`h/8`"],
    ["", undefined],
    ["?", undefined],
    ["?7", undefined],
    ["-1", undefined],
    [-1, undefined],
    [0, 0],
  ] as const)("%s is %s", (declared, expected) => {
    expect(dims.declaredDim(declared)).toBe(expected);
    expect(dims.declaredDim(dims.declaredDim(declared))).toBe(expected);
  });
});

describe("against numbers", () => {
  const names = ["a", "b", "c"];

  test("what is computed on symbols is what comes out of numbers", () => {
    const random = mulberry(11);
    for (let round = 0; round < 1500; round++) {
      const sizes = new Map(names.map((name) => [name, Math.floor(random() * 12) + (random() < 0.1 ? 0 : 1)]));
      const [symbolic, number] = expression(random, sizes, 4);
      if (number === undefined || symbolic === undefined) continue;
      expect(dims.substituteDim(symbolic, sizes), `${symbolic} of ${JSON.stringify([...sizes])}`).toBe(number);
      expect(dims.lowestOf(symbolic)).toBeLessThanOrEqual(Number(number));
      if (typeof symbolic === "string") expect(dims.parseDim(symbolic)).toBe(symbolic);
    }
  });

  test("polynomials that agree everywhere have one text", () => {
    const random = mulberry(5);
    for (let round = 0; round < 500; round++) {
      const [x, y, z] = [0, 1, 2].map(() => polynomial(random));
      const left = dims.mulDims(dims.addDims(x, y), z);
      const right = dims.addDims(dims.mulDims(z, y), dims.mulDims(x, z));
      expect(left).toBe(right);
      if (left !== undefined && left !== 0) expect(dims.exactDivDims(left, z)).toBe(dims.addDims(x, y));
    }
  });

  /** A random expression, and its value. */
  function expression(random: () => number, sizes: ReadonlyMap<string, number>, depth: number): [Dim, Dim] {
    if (depth === 0 || random() < 0.2) {
      const name = names[Math.floor(random() * names.length)]!;
      const constant = Math.floor(random() * 9) - 2;
      return random() < 0.7 ? [name, sizes.get(name)] : [constant, constant];
    }
    const [a, x] = expression(random, sizes, depth - 1);
    const [b, y] = expression(random, sizes, depth - 1);
    const operations = [dims.addDims, dims.subDims, dims.mulDims, dims.maxDims, dims.minDims];
    const by = Math.floor(random() * 6) + 1;
    const pick = Math.floor(random() * (operations.length + 2));
    if (pick === operations.length) return [dims.floorDivDims(a, by), dims.floorDivDims(x, by)];
    if (pick > operations.length) return [dims.ceilDivDims(a, by), dims.ceilDivDims(x, by)];
    const apply = operations[pick]!;
    return [apply(a, b), apply(x, y)];
  }

  function polynomial(random: () => number): Dim {
    const factor = () => dims.mulDims(names[Math.floor(random() * 3)], Math.floor(random() * 5) - 2);
    return dims.addDims(dims.addDims(factor(), factor()), Math.floor(random() * 4) - 1);
  }
});

function canonical(dim: Dim): Dim {
  return typeof dim === "string" ? dims.parseDim(dim) : dim;
}

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
