import { createHash } from "node:crypto";
import { numbers, tensorBytes } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { classOf, type Dataset, type Sample } from "../dataset.ts";
import { fraud } from "./fraud.ts";
import { reviews, reviewWords } from "./reviews.ts";

const samples = (dataset: Dataset) => Array.from({ length: dataset.length }, (_, i) => dataset.sample(i) as Sample);

function hashOf(dataset: Dataset): string {
  const hash = createHash("sha256");
  for (const { fields, target } of samples(dataset)) {
    for (const tensor of fields.values()) hash.update(tensorBytes(tensor));
    hash.update(`${classOf(target)}`);
  }
  return hash.digest("hex").slice(0, 16);
}

describe("fraud", () => {
  const dataset = fraud({ split: "test", length: 5000, seed: 1 });

  it("is rare: two in a hundred", () => {
    const share = samples(dataset).filter(({ target }) => classOf(target) === 1).length / 5000;
    expect(share).toBeGreaterThan(0.015);
    expect(share).toBeLessThan(0.025);
  });

  it("is not told by any one column, but by several", () => {
    const rows = samples(dataset).map(({ fields, target }) => ({
      x: numbers(fields.get("x")!),
      label: classOf(target),
    }));
    const aucs = Array.from({ length: 16 }, (_, column) =>
      auc(rows.map(({ x, label }) => [x[column]!, label] as const)),
    );
    for (const value of aucs) expect(Math.abs(value - 0.5)).toBeLessThan(0.25);
    const sums = rows.map(({ x, label }) => [x[2]! + x[7]! + x[12]!, label] as const);
    expect(auc(sums)).toBeGreaterThan(Math.max(...aucs));
  });

  it("has the same bytes on every machine", () => {
    expect(hashOf(fraud({ split: "train", length: 500, seed: 1 }))).toBe("a9b13c8adfb868be");
  });
});

/** Share of pairs of a positive and a negative in which the positive has more. */
function auc(scored: readonly (readonly [score: number, label: number])[]): number {
  const sorted = scored.toSorted(([a], [b]) => a - b);
  let [below, wins, positives] = [0, 0, 0];
  for (const [, label] of sorted) {
    if (label === 0) below++;
    else [wins, positives] = [wins + below, positives + 1];
  }
  return wins / (positives * below);
}

describe("reviews", () => {
  it("are words of the vocabulary; their feeling is in the judgements, most of the time", () => {
    const dataset = reviews({ split: "test", length: 1000, seed: 1 });
    const right = samples(dataset).filter(({ fields, target }) => {
      const words = [...numbers(fields.get("ids")!)].map((id) => reviewWords[id]!);
      const score = words.reduce((sum, word, i) => {
        const rank = reviewWords.indexOf(word) - 3;
        if (rank < 0 || rank >= 12) return sum;
        return sum + (rank < 6 ? 1 : -1) * (words[i - 1] === "not" ? -1 : 1);
      }, 0);
      return (score > 0 ? 1 : 0) === classOf(target);
    });
    expect(right.length).toBeGreaterThan(850);
    expect(right.length).toBeLessThan(1000);
  });

  it("has the same bytes on every machine", () => {
    expect(hashOf(reviews({ split: "train", length: 500, seed: 1 }))).toBe("27af78bda07e57fe");
  });
});
