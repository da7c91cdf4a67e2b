import { optionNames } from "@pare/recipe";
import { expect, test } from "vitest";
import * as z from "zod";
import { passNamed } from "../catalog.ts";
import { quantize } from "../commands/quantize.ts";

const schemes = quantize.options.scheme.choices;

/** The words that an option of a pass may be, where it is one of a few. */
function wordsOf(schema: unknown): readonly string[] {
  const { anyOf = [], enum: words = [] } = z.toJSONSchema(schema as z.ZodType, { io: "input" }) as {
    anyOf?: readonly { enum?: readonly string[] }[];
    enum?: readonly unknown[];
  };
  return [...words, ...anyOf.flatMap((each) => each.enum ?? [])].filter((word) => typeof word === "string");
}

test.each(schemes)("every option of quantize/%s has a flag of the same name that takes what it may be", (scheme) => {
  const { options } = passNamed(`quantize/${scheme}`);
  if (!(options instanceof z.ZodObject)) throw new Error("options are no object");
  const fields = Object.values<unknown>(options.shape);
  for (const [i, name] of optionNames(options).entries()) {
    const flags: Readonly<Record<string, { readonly choices?: readonly (string | number)[] }>> = quantize.options;
    const flag = flags[name] ?? flags[`no-${name}`];
    expect(flag, `--${name}`).toBeDefined();
    for (const word of wordsOf(fields[i])) if (flag?.choices) expect(flag.choices, `--${name}`).toContain(word);
  }
});
