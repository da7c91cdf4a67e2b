import { expect, test } from "vitest";
import * as z from "zod";
import { recipeJsonSchema } from "./json-schema.ts";

const schema = recipeJsonSchema({
  passes: [{ name: "prune/channels", summary: "cut", options: z.strictObject({ ratio: z.number().default(0.5) }) }],
  builtinModels: ["quickstart"],
  generatedData: ["glyphs"],
  metrics: ["accuracy.top1"],
  engines: ["onnxruntime"],
});

test("it is closed, and defaults are not required", () => {
  expect(schema).toMatchObject({ type: "object", additionalProperties: false, required: ["version", "model"] });
});

test("a step is its name, or its name with options", () => {
  expect(schema).toMatchObject({
    properties: {
      steps: {
        items: {
          anyOf: [
            { const: "prune/channels" },
            {
              required: ["prune/channels"],
              properties: {
                "prune/channels": {
                  additionalProperties: false,
                  properties: { ratio: { type: "number", default: 0.5 }, only: {}, except: {} },
                },
              },
            },
          ],
        },
      },
    },
  });
});

test("every key has a description for editors", () => {
  const { properties } = schema as { properties: Record<string, { description?: string }> };
  for (const [key, property] of Object.entries(properties)) expect(property.description, key).toMatch(/\.$|\}\.$|>\.$/);
});
