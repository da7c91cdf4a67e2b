import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tensorBytes } from "@pare/tensor";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { zipOf } from "../../test/zip.ts";
import { classOf, type Sample } from "../dataset.ts";
import { type ImageFilesOptions, imageFiles } from "./image-files.ts";

const root = mkdtempSync(join(tmpdir(), "pare-images-"));
const folder = join(root, "pictures");
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A shaded square; `seed` shifts its colours. */
function picture(seed: number, side = 16) {
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 7 + seed * 40 + ((i * i) % 31)) % 256);
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
}

function put(path: string, bytes: Uint8Array | string): string {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, bytes);
  return full;
}

/** pictures/2/…, pictures/10/…: "10" sorts before "2". */
beforeAll(async () => {
  put("pictures/2/a.jpg", await picture(1).jpeg({ quality: 40 }).toBuffer());
  put("pictures/2/b.png", await picture(2).png().toBuffer());
  put("pictures/10/deep/c.jpg", await picture(3).jpeg({ chromaSubsampling: "4:4:4" }).toBuffer());
  put("pictures/10/d.JPEG", await picture(4).jpeg({ progressive: true }).toBuffer());
  put("pictures/10/notes.txt", "not an image");
  execFileSync("tar", ["cf", "pictures.tar", "pictures"], { cwd: root });
  execFileSync("tar", ["czf", "pictures.tar.gz", "-C", "pictures", "."], { cwd: root });
  const names = ["2/a.jpg", "2/b.png", "10/deep/c.jpg", "10/d.JPEG"];
  put("pictures.zip", zipOf(names.map((name, i) => [name, readFileSync(join(folder, name)), i % 2 === 0])));
});

const pixels = ({ fields }: Sample) => [...tensorBytes(fields.get("image")!)];

async function all(options: ImageFilesOptions): Promise<Sample[]> {
  const dataset = await imageFiles(options);
  return await Promise.all(Array.from({ length: dataset.length }, (_, i) => dataset.sample(i)));
}

describe("imageFiles", () => {
  it("takes folders as classes, in sorted order, and files in the order of their paths", async () => {
    const dataset = await imageFiles({ path: folder });
    const samples = await all({ path: folder });
    expect(dataset.classes).toEqual(["10", "2"]);
    expect(samples.map(({ id }) => id)).toEqual(["10/d.JPEG", "10/deep/c.jpg", "2/a.jpg", "2/b.png"]);
    expect(samples.map(({ target }) => classOf(target))).toEqual([0, 0, 1, 1]);
    expect(samples[0]!.fields.get("image")).toMatchObject({ dtype: "uint8", shape: [16, 16, 3] });
  });

  it("knows the class of all where a list names it and there is no other", async () => {
    const dataset = await imageFiles({
      path: dirname(dirname(put("lone/2/a.png", await picture(1).png().toBuffer()))),
      classes: { file: put("three.txt", "1\n2\n3\n") },
    });
    expect(dataset).toMatchObject({ length: 1, classes: ["1", "2", "3"] });
    expect(classOf((await dataset.sample(0)).target)).toBe(1);
  });

  it("gives the pixels that the native libjpeg-turbo gives", async () => {
    for (const { id, fields } of await all({ path: folder }))
      expect([...tensorBytes(fields.get("image")!)], id).toEqual([...(await sharp(join(folder, id)).raw().toBuffer())]);
  });

  it.each(["pictures.tar", "pictures.tar.gz", "pictures.zip"])("%s holds the same samples", async (archive) => {
    const [packed, plain] = [await all({ path: join(root, archive) }), await all({ path: folder })];
    expect(packed.map(pixels)).toEqual(plain.map(pixels));
    expect(packed.map(({ target }) => target)).toEqual(plain.map(({ target }) => target));
  });

  it("takes the number that is the folder's name, or a list of names, or no label at all", async () => {
    const numbered = await imageFiles({ path: folder, classes: "number" });
    expect([numbered.classes.length, classOf((await numbered.sample(2)).target)]).toEqual([11, 2]);
    const listed = await imageFiles({ path: folder, classes: { file: put("classes.txt", "2\nextra\n10\n") } });
    expect([listed.classes, classOf((await listed.sample(0)).target)]).toEqual([["2", "extra", "10"], 2]);
    const unlabelled = await imageFiles({ path: folder, classes: "none" });
    expect([unlabelled.classes, (await unlabelled.sample(0)).target]).toEqual([[], undefined]);
  });

  it("resizes and crops where it decodes", async () => {
    const [sample] = await all({ path: folder, geometry: { resize: 8, crop: [4, 6], grey: true } });
    expect(sample!.fields.get("image")!.shape).toEqual([4, 6, 1]);
  });

  it("has a digest that sees names, bytes and geometry, not where the folder lies", async () => {
    const digest = async (options: ImageFilesOptions) => (await imageFiles(options)).digest();
    execFileSync("cp", ["-r", folder, join(root, "copy")]);
    const here = await digest({ path: folder });
    expect(await digest({ path: join(root, "copy") })).toBe(here);
    expect(await digest({ path: folder, geometry: { crop: 8 } })).not.toBe(here);
    rmSync(join(root, "copy/2/a.jpg"));
    expect(await digest({ path: join(root, "copy") })).not.toBe(here);
  });
});

describe("images that cannot be used", () => {
  const broken = join(root, "broken");
  beforeAll(async () => {
    const whole = await picture(5, 64).jpeg().toBuffer();
    put("broken/a/good.jpg", whole);
    put("broken/a/short.jpg", whole.subarray(0, whole.length / 2));
    put("broken/b/text.jpg", "<html>404</html>");
    put("broken/b/zeros.jpg", Buffer.concat([whole.subarray(0, 2), Buffer.alloc(500)]));
    put("broken/b/good.png", await picture(6, 64).png().toBuffer());
  });

  it.each([
    [1, "a/short.jpg"],
    [3, "b/text.jpg"],
    [4, "b/zeros.jpg"],
  ])("sample %d is an error when its turn comes, with its path: %s", async (index, path) => {
    const dataset = await imageFiles({ path: broken });
    await expect(dataset.sample(index)).rejects.toThrow(`DATA_IMAGE at ${path} in ${broken}: the image cannot be used`);
    expect((await dataset.sample(0)).id).toBe("a/good.jpg");
  });

  it("are left out and listed where that is asked for", async () => {
    const dataset = await imageFiles({ path: broken, corrupt: "skip" });
    expect(dataset.length).toBe(2);
    expect(dataset.skipped.map(({ id }) => id)).toEqual(["a/short.jpg", "b/text.jpg", "b/zeros.jpg"]);
    expect((await dataset.sample(1)).id).toBe("b/good.png");
  });

  it("a file that is too large to be an image is not read", async () => {
    truncateSync(put("vast/a/1.jpg", ""), 2 ** 28 + 1);
    const dataset = await imageFiles({ path: join(root, "vast"), classes: "none" });
    await expect(dataset.sample(0)).rejects.toThrow("its 268435457 bytes are more than an image may have, 268435456.");
  });

  it("a link to nothing is no file", async () => {
    put("linked/a/good.png", await picture(1).png().toBuffer());
    symlinkSync(join(root, "nowhere.png"), join(root, "linked/a/lost.png"));
    expect(await imageFiles({ path: join(root, "linked"), classes: "none" })).toMatchObject({ length: 1 });
  });

  it("an image smaller than the crop", async () => {
    const dataset = await imageFiles({ path: folder, geometry: { crop: 224 } });
    await expect(dataset.sample(0)).rejects.toThrow("the image of 16 × 16 is smaller than the crop of 224 × 224");
  });
});

describe("what is no set of images", () => {
  it.each<[string, () => ImageFilesOptions, string]>([
    ["nothing", () => ({ path: join(root, "absent") }), "DATA_MISSING at"],
    [
      "an empty folder",
      () => {
        mkdirSync(join(root, "empty"));
        return { path: join(root, "empty") };
      },
      "there are no images here (expected files that end in .jpg, .jpeg, .png, .webp, .gif, .tif, .tiff or .avif, got no files)",
    ],
    ["no images", () => ({ path: dirname(put("texts/a.txt", "a")) }), "got 1 other file)"],
    ["one class", () => ({ path: join(folder, "2") }), "For images without labels set `classes: none`"],
    ["one folder", () => ({ path: dirname(dirname(put("single/cat/1.jpg", "-"))) }), 'got only "cat")'],
    [
      "nothing but files that cannot be decoded",
      () => ({ path: dirname(dirname(put("rotten/a/1.jpg", "hello"))), corrupt: "skip" }),
      "rotten: none of the 1 images can be used. The first, a/1.jpg: ",
    ],
    [
      "a folder that is no number",
      () => ({ path: join(root, "broken"), classes: "number" }),
      'a folder\'s name is not the number of a class (expected a whole number, got "a")',
    ],
    [
      "a folder that is not listed",
      () => ({ path: folder, classes: { file: put("few.txt", "2\n") } }),
      'the folder "10" is not among the classes',
    ],
    [
      "a file that is no archive",
      () => ({ path: put("page.tar", "<html>") }),
      "this is no folder, tar, tar.gz or zip archive",
    ],
    [
      "a damaged gzip",
      () => ({ path: put("half.tar.gz", Buffer.of(0x1f, 0x8b, 8, 0, 1, 2)) }),
      "it cannot be unpacked",
    ],
  ])("%s", async (_, options, message) => {
    await expect(imageFiles(options())).rejects.toThrow(message);
  });
});
