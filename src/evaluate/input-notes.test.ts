import { classTarget, type Dataset } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { parseModel } from "@pare/ir";
import { datasetFeeds, evaluateModels } from "@pare/measure";
import { tensorOf } from "@pare/tensor";
import { afterAll, expect, it } from "vitest";
import { staticInputNotes, triedInputNotes } from "./input-notes.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** Pixels of red, green and blue: class 1 where red is brighter than blue. In every fourth they are alike. */
const pixels: Dataset = {
  name: "pixels",
  length: 200,
  classes: ["blue", "red"],
  fields: ["image"],
  sample(i) {
    const [red, blue] = [(i * 37) % 256, (i * 101) % 256];
    const image = tensorOf("uint8", [1, 1, 3], [red, 0, blue]);
    return { id: `${i}`, fields: new Map([["image", image]]), target: classTarget(red > blue ? 1 : 0) };
  },
  digest: async () => "pixels",
};

/** Scores −r + b + o and r − b − o, where r and b are the first and the last channel times k. */
const model = (k: number, o: number) =>
  parseModel(`main (float[N, 3, 1, 1] x) => (float[N, 2, 1, 1] y)
<float k = {${k}}, float[2, 3, 1, 1] w = {-1, 0, 1, 1, 0, -1}, float[2] o = {${o}, ${-o}}>
{ z = Mul (x, k) y = Conv (z, w, o) }`);

async function notes(k: number, o: number, transform: { scale?: number; order?: "BGR" }) {
  const session = await engine.open(model(k, o));
  const given = { dataset: pixels, transform };
  const [evaluation] = await evaluateModels([session], datasetFeeds(pixels, { transform }));
  const fixed = await staticInputNotes(model(k, o), session, given);
  return [fixed, await triedInputNotes(session, given, evaluation!, {})].map((found) => found.map(({ text }) => text));
}

it("a model that is right has no note", async () => {
  expect(await notes(1, 0, {})).toEqual([[], []]);
  expect(await notes(1 / 255, 0, { scale: 1 })).toEqual([[], []]);
});

it("colours the other way round are found by trying", async () => {
  const [fixed, tried] = await notes(1, 0, { order: "BGR" });
  expect(fixed).toEqual([]);
  expect(tried).toEqual([
    expect.stringMatching(
      /tried on 64 samples with `order: RGB` in `data.input`, it is right on 100 % of them instead of 25 %$/,
    ),
  ]);
});

it("values of another size are found by the model's first node, or by trying", async () => {
  const [fixed] = await notes(1 / 255, 0, {});
  expect(fixed).toEqual([
    expect.stringContaining('input "x": the model normalises its input itself (Mul), and the data is 0 to '),
  ]);
  // The offset outweighs all differences below 5.
  const [, tried] = await notes(1, 5, {});
  expect(tried).toEqual([expect.stringContaining("with `scale: 1` (values from 0 to 255)")]);
});
