import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { builtinModelPath, passes, recipeCatalog } from "./catalog.ts";

test("names are unique, families and verbs are lower case with dashes, summaries are one line", () => {
  const names = passes.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { name, summary } of passes) {
    expect(name).toMatch(/^[a-z]+(\/[a-z][a-z0-9]*(-[a-z]+)*)?$/);
    expect(summary, name).not.toContain("\n");
  }
});

test("every pass runs with its default options", () => {
  for (const { name, options } of passes) expect(options.safeParse({}).success, name).toBe(true);
});

test("every built-in model ships", () => {
  for (const name of recipeCatalog.builtinModels) expect(existsSync(builtinModelPath(name)), name).toBe(true);
});
