import { existsSync } from "node:fs";
import { architectures } from "@pare/architectures";
import { expect, test } from "vitest";
import { builtinModelPath, isShipped, passes, recipeCatalog } from "./catalog.ts";

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

test("every built-in model ships, or is a network to be trained", () => {
  const networks = architectures.map(({ name }) => name);
  const shipped = recipeCatalog.builtinModels.filter((name) => !networks.includes(name));
  expect(shipped).toContain("quickstart");
  for (const name of shipped) expect(existsSync(builtinModelPath(name)), name).toBe(true);
  for (const name of networks) expect(isShipped(name), name).toBe(false);
});
