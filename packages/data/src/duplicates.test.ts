import { tensorOf } from "@pare/tensor";
import { expect, it } from "vitest";
import type { Dataset } from "./dataset.ts";
import { findSharedSamples } from "./duplicates.ts";

/** One number a sample; ids are a letter and the index. */
function numbersSet(letter: string, values: readonly number[], stored?: Dataset["stored"]): Dataset {
  return {
    name: letter,
    length: values.length,
    classes: [],
    fields: ["x"],
    sample: (i) => ({
      id: `${letter}${i}`,
      fields: new Map([["x", tensorOf("float32", [1], [values[i]!])]]),
      target: undefined,
    }),
    ...(stored && { stored }),
    digest: async () => letter,
  };
}

it("samples that are in two splits are counted and named", async () => {
  const found = await findSharedSamples({
    train: numbersSet("a", [1, 2, 3, 4]),
    validation: numbersSet("b", [7, 2]),
    test: numbersSet("c", [4, 9, 2, 2]),
  });
  expect(found).toEqual([
    { splits: ["train", "validation"], count: 1, samples: [1, 1], examples: [["a1", "b1"]] },
    {
      splits: ["train", "test"],
      count: 2,
      samples: [2, 3],
      examples: [
        ["a1", "c2"],
        ["a3", "c0"],
      ],
    },
    { splits: ["validation", "test"], count: 1, samples: [1, 2], examples: [["b1", "c2"]] },
  ]);
});

it("stored samples are told by their stored bytes alone, where all splits have them", async () => {
  const stored = (letter: string) => (i: number) => ({ id: `${letter}${i}`, hash: i === 0 ? "same" : `${letter}${i}` });
  const [train, test] = [numbersSet("a", [1, 2], stored("a")), numbersSet("b", [9, 2], stored("b"))];
  expect(await findSharedSamples({ train, test })).toEqual([
    { splits: ["train", "test"], count: 1, samples: [1, 1], examples: [["a0", "b0"]] },
  ]);
  expect(await findSharedSamples({ train, test: numbersSet("b", [9, 2]) })).toMatchObject([
    { examples: [["a1", "b1"]] },
  ]);
});
