import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { readCheckedFile } from "./checked-file.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-checked-"));
afterAll(() => rmSync(folder, { recursive: true }));

const schema = z.strictObject({
  name: z.string(),
  bits: z.int().default(8),
  operators: z.record(z.string(), z.strictObject({ kind: z.enum(["compute", "move"]) })).default({}),
});

function read(text: string) {
  const file = join(folder, "mine.yaml");
  writeFileSync(file, text);
  return () => readCheckedFile(file, schema, "a target");
}

describe("a file of its own", () => {
  it("is YAML or JSON, with defaults", () => {
    expect(read("name: mine")()).toEqual({ name: "mine", bits: 8, operators: {} });
    expect(read('{ "name": "mine", "bits": 7 }')()).toEqual({ name: "mine", bits: 7, operators: {} });
  });

  it.each([
    ["name: mine\nbit: 7", /^RECIPE_KEY at bit in .*mine\.yaml:2: .*Did you mean "bits"\?/],
    ["name: mine\nbits: many", /^RECIPE_VALUE at bits in .*mine\.yaml:2: .*expected/],
    ["bits: 7", /^RECIPE_VALUE at name in .*mine\.yaml:1: .*required/],
    [
      "name: m\noperators:\n  onnx.Conv: { kind: computes }",
      /^RECIPE_NAME at operators\.onnx\.Conv\.kind in .*:3: .*Did you mean "compute"/,
    ],
    [
      "name: m\noperators:\n  onnx.Conv: { kin: compute }",
      /^RECIPE_\w+ at operators\.onnx\.Conv\.\w+ in .*mine\.yaml:3/,
    ],
    ["- name", /^RECIPE_VALUE at .*mine\.yaml:1: .*a map: a target/],
    ["name: [", /^RECIPE_YAML at .*mine\.yaml/],
  ])("%j is refused", (text, message) => {
    expect(read(text)).toThrow(message);
  });

  it("that is not there", () => {
    expect(() => readCheckedFile(join(folder, "none.yaml"), schema, "a target")).toThrow(
      /^FILE_MISSING at .*none.yaml: there is no such file \(expected a target in YAML\)/,
    );
  });
});
