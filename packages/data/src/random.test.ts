import { describe, expect, it } from "vitest";
import { philox, randomStream } from "./random.ts";

/** Known answers of Random123 1.14, file kat_vectors: counter, key, result. */
const knownAnswers = [
  ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const;

const words = (text: string) => text.split(" ").map((word) => Number.parseInt(word, 16));

describe("philox", () => {
  it.each(knownAnswers)("counter %s, key %s gives %s", (counter, key, expected) => {
    const out = new Uint32Array(4);
    philox(words(counter), words(key) as [number, number], out);
    expect([...out]).toEqual(words(expected));
  });
});

describe("randomStream", () => {
  const draws = (seed: number, purpose: number, index: number) =>
    Array.from(
      { length: 9 },
      (
        (stream) => () =>
          stream.uint32()
      )(randomStream(seed, purpose, index)),
    );

  it("is a function of its arguments", () => {
    expect(draws(1, 2, 3)).toEqual(draws(1, 2, 3));
  });

  it("differs wherever seed, purpose or index differ", () => {
    const all = [draws(1, 2, 3), draws(2, 2, 3), draws(1, 3, 3), draws(1, 2, 4)].flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it("gives uniform numbers in [0, 1) with mean 1/2 and variance 1/12", () => {
    const stream = randomStream(7, 0, 0);
    const values = Array.from({ length: 20_000 }, () => stream.uniform());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
  });

  it("below(3) gives 0, 1 and 2 about equally often", () => {
    const stream = randomStream(7, 0, 1);
    const counts = [0, 0, 0];
    for (let i = 0; i < 9000; i++) counts[stream.below(3)]!++;
    for (const count of counts) expect(Math.abs(count - 3000)).toBeLessThan(200);
  });
});
