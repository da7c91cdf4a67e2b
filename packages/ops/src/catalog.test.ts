import { readdirSync } from "node:fs";
import { join } from "node:path";
import { parseModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { isDiscontinuous, isNondeterministic, specOf, specs } from "./catalog.ts";
import type { OpSpec } from "./spec.ts";

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
  (file) => file.includes("/") && file.endsWith(".ts") && !file.endsWith(".test.ts"),
);

function isSpec(value: unknown): value is OpSpec {
  return typeof value === "object" && value !== null && "op" in value && "infer" in value;
}

describe("the catalog", () => {
  it("names every operator once", () => {
    const names = specs.map((spec) => spec.op);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    expect(specs.length).toBeGreaterThan(200);
    expect(specOf("onnx.Conv")?.op).toBe("onnx.Conv");
    expect(specOf("onnx.Nothing")).toBeUndefined();
  });

  it.each(sources)("has every specification of %s", async (file) => {
    const module: Record<string, unknown> = await import(join(import.meta.dirname, file));
    const exported = Object.values(module).flat().filter(isSpec);
    expect(exported.filter((spec) => specOf(spec.op) !== spec).map((spec) => spec.op)).toEqual([]);
  });
});

describe("traits", () => {
  const traits = (node: string) => {
    const [only] = parseModel(`g (float[2] x, float r, bool t) => (y) { ${node} }`).graph.nodes;
    return only === undefined ? [] : [isDiscontinuous(only), isNondeterministic(only)];
  };

  it.each([
    ["y = Add (x, x)", [false, false]],
    ["y = Sign (x)", [true, false]],
    ["y = Greater (x, x)", [true, false]],
    ["y = Cast <to = 10> (x)", [false, false]],
    ["y = Cast <to = 7> (x)", [true, false]],
    ["y = Dropout (x)", [false, false]],
    ["y = Dropout (x, r, t)", [false, true]],
    ["y = RandomNormalLike (x)", [false, true]],
    ["y = other.Unknown (x)", [true, true]],
  ])("%s: discontinuous, nondeterministic: %s", (node, expected) => {
    expect(traits(node)).toEqual(expected);
  });
});
