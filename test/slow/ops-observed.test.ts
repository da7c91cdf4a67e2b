import { readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { readModelFile } from "@pare/formats";
import { describe, expect, it } from "vitest";
import { compareWithRuntime } from "../support/observe-values.ts";

/** PARE_MODELS=<folder>: every .onnx file in it and below. */
const folder = process.env.PARE_MODELS;
const mostBytes = 1_000_000_000;

const files = folder === undefined ? [] : onnxFiles(folder);

function onnxFiles(path: string): string[] {
  const entries = readdirSync(path, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".onnx"));
  return found.map((entry) => join(entry.parentPath, entry.name)).sort();
}

describe.skipIf(folder === undefined)("the models of PARE_MODELS: inferred is what the runtime gives", () => {
  for (const path of files)
    it(relative(folder ?? "", path), async ({ skip }) => {
      if (statSync(path).size > mostBytes) skip("larger than 1 GB");
      const { wrong, refused, ...tally } = await compareWithRuntime(readModelFile(path));
      console.log(`${relative(folder ?? "", path)}: ${JSON.stringify(tally)}`);
      expect(wrong).toEqual([]);
      if (refused !== undefined) skip(`the runtime does not load it: ${refused}`);
      if (tally.runs === 0) skip("the runtime takes none of the input sizes that were tried");
    });
});
