import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  blockedOperators,
  experimentalOperators,
  learningOperators,
  microsoftOperators,
  onnxOperators,
} from "../test/operator-names.ts";
import { specOf, specs } from "./catalog.ts";
import type { OpSpec } from "./spec.ts";

const real: Readonly<Record<string, readonly string[]>> = {
  onnx: [...onnxOperators, ...experimentalOperators],
  "ai.onnx.ml": learningOperators,
  "com.microsoft": microsoftOperators,
  "com.microsoft.nchwc": blockedOperators,
};

function isSpec(value: unknown): value is OpSpec {
  return typeof value === "object" && value !== null && "op" in value && "infer" in value;
}

describe("the catalog", () => {
  it("has each operator once", () => {
    const names = specs.map((spec) => spec.op);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it("has nothing that does not exist", () => {
    const exists = new Set(Object.entries(real).flatMap(([domain, names]) => names.map((name) => `${domain}.${name}`)));
    expect(specs.map((spec) => spec.op).filter((name) => !exists.has(name))).toEqual([]);
  });

  it("has all of ONNX, and most of what ONNX Runtime's graphs hold", () => {
    const missing = (domain: string) =>
      (real[domain] ?? []).filter((name) => specOf(`${domain}.${name}`) === undefined);
    expect(missing("onnx")).toEqual([]);
    expect(missing("ai.onnx.ml")).toEqual([]);
    expect(missing("com.microsoft.nchwc")).toEqual([]);
    const microsoft = specs.filter((spec) => spec.op.startsWith("com.microsoft.")).length;
    expect(onnxOperators.length).toBe(203);
    expect(microsoft).toBeGreaterThanOrEqual(67);
    expect(specs.length).toBeGreaterThanOrEqual(295);
  });

  it("lists every specification that a file exports", async () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("infer"),
    );
    const listed = new Set(specs);
    const left: string[] = [];
    for (const file of files.sort()) {
      const exported: Record<string, unknown> = await import(join(import.meta.dirname, file));
      for (const [name, value] of Object.entries(exported)) {
        const found = (Array.isArray(value) ? value : [value]).filter(isSpec);
        if (found.some((spec) => !listed.has(spec))) left.push(`${name} in ${file}`);
      }
    }
    expect(left).toEqual([]);
  });
});
