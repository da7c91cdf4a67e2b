import * as z from "zod";
import { kebabCase, renameKeys } from "./option-names.ts";
import { type RecipeCatalog, recipeSchema, type StepKind, stepsDescription } from "./schema.ts";
import { selectorOptions } from "./steps.ts";

type JsonSchema = Readonly<Record<string, unknown>>;

/** The recipe's schema for editors (JSON Schema 2020-12): every option of every step with its description. */
export function recipeJsonSchema(catalog: RecipeCatalog): JsonSchema {
  const schema: JsonSchema = z.toJSONSchema(recipeSchema(catalog), { io: "input" });
  const properties = schema.properties as JsonSchema;
  return {
    ...schema,
    title: "A recipe of pare",
    properties: {
      ...properties,
      steps: { type: "array", description: stepsDescription, items: { anyOf: catalog.passes.flatMap(stepSchemas) } },
    },
  };
}

/** A step is its bare name, or a map of one key. */
function stepSchemas({ name, summary, options }: StepKind): readonly JsonSchema[] {
  return [
    { const: name, description: summary },
    {
      type: "object",
      description: summary,
      properties: { [name]: stepOptionsSchema(options) },
      required: [name],
      additionalProperties: false,
    },
  ];
}

function stepOptionsSchema(options: z.ZodType): JsonSchema {
  const own: JsonSchema = z.toJSONSchema(options, { io: "input", unrepresentable: "any" });
  const selectors: JsonSchema = z.toJSONSchema(z.strictObject(selectorOptions), { io: "input" });
  const { $schema: _, ...rest } = own;
  return {
    ...rest,
    type: ["object", "null"],
    properties: {
      ...renameKeys((own.properties ?? {}) as JsonSchema, kebabCase),
      ...(selectors.properties as JsonSchema),
    },
    ...(Array.isArray(own.required) && { required: own.required.map(kebabCase) }),
    additionalProperties: false,
  };
}
