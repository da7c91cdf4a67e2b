import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readRecipe } from "@pare/recipe";
import { afterAll, describe, expect, it } from "vitest";
import { recipeCatalog } from "../catalog.ts";
import { targetOf, withTargetFile, withTargetFiles } from "./target-file.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-target-"));
afterAll(() => rmSync(folder, { recursive: true }));

const mine = (bits: number) => `
name: mine
summary: Hardware of our own
runtime: other
device: none
activation: { type: int8, symmetric: true }
weight: { type: int8, granularity: tensor, bits: ${bits} }
operators: { onnx.Conv: { kind: compute, kernel: CONV } }
`;

describe("targets by file", () => {
  it("a name, auto, or a path", () => {
    writeFileSync(join(folder, "mine.yaml"), mine(6));
    expect(targetOf("cpu-arm64").name).toBe("cpu-arm64");
    expect(targetOf("auto").name).toMatch(/^cpu-/);
    expect(targetOf(join(folder, "mine.yaml")).weight.bits).toBe(6);
    expect(() => targetOf("cpu-x64-vnnni")).toThrow(/QUANTIZE_TARGET .*Did you mean "cpu-x64-vnni"/);
    expect(() => targetOf(join(folder, "other.yaml"))).toThrow(/FILE_MISSING/);
  });

  it("the example of the documentation is one", () => {
    const documentation = readFileSync(fileURLToPath(new URL("../../docs/targets.md", import.meta.url)), "utf8");
    const [, example = ""] = /```yaml\n(.*?)```/s.exec(documentation) ?? [];
    writeFileSync(join(folder, "example.yaml"), example);
    const target = targetOf(join(folder, "example.yaml"));
    expect(target).toMatchObject({ name: "my-npu", foldClips: true, weight: { bits: 8, symmetric: true } });
    expect(target.operators["onnx.Conv"]).toMatchObject({ kind: "compute", leastChannels: 4, share: false });
  });

  it("options without one stay as they are", () => {
    const options = { target: "cpu-arm64", bits: 7 };
    expect(withTargetFile(options)).toBe(options);
  });

  it("in a recipe the path starts at its folder, and the content counts in the digest", () => {
    const recipe = join(folder, "recipe.yaml");
    writeFileSync(recipe, "version: 1\nmodel: m.onnx\nsteps:\n  - quantize/dynamic: { target: ./mine.yaml }\n");
    const read = (bits: number) => {
      writeFileSync(join(folder, "mine.yaml"), mine(bits));
      return withTargetFiles(readRecipe(recipe, recipeCatalog));
    };
    const [six, seven] = [read(6), read(7)];
    expect(six.recipe.steps[0]!.options.target).toMatchObject({ name: "mine", weight: { bits: 6 } });
    expect(six.sha256).not.toBe(seven.sha256);
  });
});
