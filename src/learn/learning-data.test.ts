import type { Dataset } from "@pare/data";
import { checkRecipe } from "@pare/recipe";
import { describe, expect, it } from "vitest";
import { recipeCatalog } from "../catalog.ts";
import { describeLearningData, openLearningData } from "./learning-data.ts";

const open = (data: string) =>
  openLearningData(checkRecipe(`version: 1\nmodel: m.onnx\ndata: ${data}`, "/r/r.yaml", recipeCatalog));

const glyphs = (samples: number) => `{ generated: glyphs, samples: ${samples} }`;

async function ids({ length, sample }: Dataset): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  for (let i = 0; i < length; i++) all.add((await sample(i)).id);
  return all;
}

it("draws 512 calibration samples from the training data and judges on the validation data", async () => {
  const data = await open(`{ train: ${glyphs(1000)}, validation: ${glyphs(200)} }`);
  expect([data!.calibration.length, data!.validation.length, data!.note]).toEqual([512, 200, undefined]);
  const [calibration, validation] = await describeLearningData(data!);
  expect(calibration).toMatchObject({ split: "calibration", samples: 512 });
  expect(validation).not.toHaveProperty("notes");
});

it("takes validation samples from the training data where `split` says so", async () => {
  const data = await open(`{ train: ${glyphs(1000)}, split: { validation: 0.1 }, calibration: { samples: 50 } }`);
  expect([data!.calibration.length, data!.validation.length, data!.note]).toEqual([50, 100, undefined]);
});

describe("one source for both", () => {
  it.each([
    ["train", 1000, 512, 488],
    // A quarter is held out, and calibration has to do with the rest.
    ["train", 100, 75, 25],
    ["validation", 100, 75, 25],
    ["train", 8000, 512, 5000],
  ])("%s of %d: %d to calibrate with, %d others held out to judge on", async (name, samples, used, held) => {
    const data = await open(`{ ${name}: ${glyphs(samples)} }`);
    expect([data!.calibration.length, data!.validation.length]).toEqual([used, held]);
    expect(data!.note).toMatch(new RegExp(`^no validation data: choices are made on ${held} samples held out from `));
    const [, validation] = await describeLearningData(data!);
    expect(validation?.notes).toEqual([{ kind: "held-out", text: data!.note }]);
  });
});

it("holds samples out of calibration", async () => {
  const data = await open(`{ train: ${glyphs(40)} }`);
  const judged = await ids(data!.validation);
  const used = await ids(data!.calibration);
  expect([judged.size, used.size]).toEqual([10, 30]);
  for (const id of used) expect(judged).not.toContain(id);
});

describe("training samples", () => {
  it("are all of the training data where there is validation data", async () => {
    const data = await open(`{ train: ${glyphs(1000)}, validation: ${glyphs(200)} }`);
    expect(data!.training!.length).toBe(1000);
  });

  it("are those that are not held out to judge on", async () => {
    const data = await open(`{ train: ${glyphs(40)}, calibration: { samples: 8 } }`);
    const [trained, judged] = [await ids(data!.training!), await ids(data!.validation)];
    expect([trained.size, judged.size]).toEqual([8, 32]);
    for (const id of trained) expect(judged).not.toContain(id);
  });

  it("are none where there is only validation data", async () => {
    expect((await open(`{ validation: ${glyphs(40)} }`))!.training).toBeUndefined();
  });
});

it("never touches test data", async () => {
  expect(await open(`{ test: ${glyphs(100)} }`)).toBeUndefined();
  const data = await open(`{ train: ${glyphs(1000)}, split: { test: 0.5 } }`);
  expect(data!.calibration.length + data!.validation.length).toBeLessThanOrEqual(500);
});
