import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pare } from "../support/pare.ts";

const model = fileURLToPath(new URL("../../recipes/quickstart.onnx", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pare-bad-data-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(path: string, bytes: string | Uint8Array): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), bytes);
}

/** Ten classes of 32 × 32 pictures, as the quickstart's model takes them; three files of the first are no pictures. */
beforeAll(async () => {
  const image = (grey: number) => ({
    create: { width: 32, height: 32, channels: 3 as const, background: { r: grey, g: 9, b: 9 } },
  });
  for (let label = 0; label < 10; label++)
    for (let i = 0; i < 3; i++) {
      const bytes = await sharp(image(20 * label + i))
        .jpeg()
        .toBuffer();
      put(`pictures/c${label}/${i}.jpg`, bytes);
      put(`damaged/c${label}/${i}.jpg`, bytes);
      if (label === 4) put(`one/c4/${i}.jpg`, bytes);
      if (label < 3) put(`numbered/${label * 5}/${i}.jpg`, bytes);
    }
  put("damaged/c0/0.jpg", (await sharp(image(7)).jpeg().toBuffer()).subarray(0, 200));
  put("damaged/c0/1.jpg", "<html>404</html>");
  put("damaged/c7/2.jpg", "");
  mkdirSync(join(folder, "empty"));
  put("ragged.csv", "a,b,y\n1,2,yes\n3,4\n5,6,no\n");
});

async function evaluate(data: string, ...args: readonly string[]) {
  put("recipe.yaml", `version: 1\nmodel: ${model}\ndata:\n  ${data}\n`);
  return await pare(folder, ["evaluate", model, "--data", "recipe.yaml", ...args]);
}

describe("data that is no good is one clear error", () => {
  it.each([
    [
      "an empty folder",
      "test: { images: empty }",
      /^DATA_EMPTY at .*empty: there are no images here .* got no files\)\.$/,
    ],
    [
      "one class only",
      "test: { images: one }",
      /^DATA_CLASSES at .*one: all samples are of one class .* got only "c4"\)/,
    ],
    [
      "a damaged image",
      "test: { images: damaged }",
      /^DATA_IMAGE at c0\/0\.jpg in .*damaged: the image cannot be used: .* `corrupt: skip`\.$/,
    ],
    [
      "labels that the model does not have",
      "test: { images: numbered, classes: number }",
      /^MEASURE_CLASSES at output .* \(expected \[64, 11\], got \[64, 10\]\)/,
    ],
    [
      "a ragged row",
      "test: { table: ragged.csv, target: y }",
      /^DATA_TABLE at .*ragged\.csv:3: the row has another number of cells than the first \(expected 3, got 2\)/,
    ],
    [
      "a folder for a file",
      "test: { table: empty, target: y }",
      /^DATA_FILE at .*empty: this is a folder \(expected a file\)\.$/,
    ],
  ])("%s", async (_, data, message) => {
    const { code, out, err } = await evaluate(data, "--quiet");
    expect([code, out]).toEqual([2, ""]);
    expect(err.trimEnd()).toMatch(message);
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  });
});

it("damaged images are left out, counted and named where that is asked for", async () => {
  const { code, out, err } = await evaluate("test: { images: damaged, corrupt: skip }", "--json");
  expect(code).toBe(0);
  const { samples, notes } = JSON.parse(out).data;
  const names = ["c0/0.jpg", "c0/1.jpg", "c7/2.jpg"];
  expect([samples, notes]).toEqual([27, [expect.objectContaining({ kind: "skipped", count: 3, examples: names })]]);
  expect(err).toContain(`Note: 3 files were left out because they cannot be decoded: ${names.join(", ")}.`);
});

it("samples of the test data that are training data too are counted and named", async () => {
  const { code, out, err } = await evaluate(
    "train: { images: pictures }\n  test: { images: damaged, corrupt: skip }",
    "--json",
  );
  expect(code).toBe(0);
  const duplicates = JSON.parse(out).data.notes.filter(({ kind }: { kind: string }) => kind === "duplicates");
  expect(duplicates).toEqual([expect.objectContaining({ count: 27 })]);
  expect(err).toContain("Note: 27 samples are also in the train data: ");
});
