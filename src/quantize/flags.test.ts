import { optionNames } from "@pare/recipe";
import { expect, test } from "vitest";
import * as z from "zod";
import { passNamed } from "../catalog.ts";
import { quantize } from "../commands/quantize.ts";

const flags: Readonly<Record<string, { readonly choices?: unknown }>> = quantize.options;
const choicesOf = (flag: { readonly choices?: unknown } | undefined): readonly unknown[] =>
  Array.isArray(flag?.choices) ? flag.choices : [];

/** The words that an option of a pass may be, where it is one of a few. */
function wordsOf(schema: unknown): readonly string[] {
  const { anyOf = [], enum: words = [] } = z.toJSONSchema(schema as z.ZodType, { io: "input" }) as {
    anyOf?: readonly { enum?: readonly string[] }[];
    enum?: readonly unknown[];
  };
  return [...words, ...anyOf.flatMap((each) => each.enum ?? [])].filter((word) => typeof word === "string");
}

test.each(choicesOf(flags.scheme))(
  "every option of quantize/%s has a flag of the same name that takes what it may be",
  (scheme) => {
    const { options } = passNamed(`quantize/${scheme}`);
    if (!(options instanceof z.ZodObject)) throw new Error("options are no object");
    const fields = Object.values<unknown>(options.shape);
    for (const [i, name] of optionNames(options).entries()) {
      const flag = flags[name] ?? flags[`no-${name}`];
      expect(flag, `--${name}`).toBeDefined();
      const choices = choicesOf(flag);
      for (const word of wordsOf(fields[i])) if (choices.length > 0) expect(choices, `--${name}`).toContain(word);
    }
  },
);
