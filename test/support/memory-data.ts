import type { Dataset } from "@pare/data";
import type { Model } from "@pare/ir";
import type { PassData, Tools } from "@pare/pass";
import { checkRecipe } from "@pare/recipe";
import { tensorOf } from "@pare/tensor";
import { recipeCatalog } from "../../src/catalog.ts";
import { learningTools } from "../../src/learn/learning-tools.ts";
import { createTools, type World } from "../../src/run/tools.ts";

/** Tools of a pass that learns from a few samples, which are its calibration and its validation data, without labels. */
export function toolsWith(
  model: Model,
  samples: readonly (readonly number[])[],
  shape: readonly number[],
  world: World,
  original?: Model,
): Tools & { readonly data: PassData } {
  const { recipe } = checkRecipe(
    "version: 1\nmodel: m.onnx\ndata: { test: { images: t } }",
    "/r/r.yaml",
    recipeCatalog,
  );
  const dataset: Dataset = {
    name: "memory",
    length: samples.length,
    classes: [],
    fields: ["x"],
    digest: async () => JSON.stringify(samples),
    sample: (i) => ({
      id: `${i}`,
      fields: new Map([["x", tensorOf("float32", shape, samples[i]!)]]),
      target: undefined,
    }),
  };
  const data = { recipe, folder: "/r", calibration: dataset, validation: dataset, note: undefined };
  const learning = learningTools(model, { data, bench: undefined, ...(original && { original }) }, world);
  return { ...createTools(world, { seed: 0, learning }), data: learning.data! };
}
