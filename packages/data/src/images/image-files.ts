import { createHash } from "node:crypto";
import { makeTensor } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset, type Sample, type Skipped } from "../dataset.ts";
import { allCorruptError, emptyImagesError, imageError } from "../errors.ts";
import { type DataFile, openFileSet } from "../files/file-set.ts";
import { readPlace } from "../files/place.ts";
import { type ClassRule, labelFiles } from "./classes.ts";
import { imageDecoder } from "./decode-pool.ts";
import type { Geometry } from "./geometry.ts";
import { groupOfPath, type PathGroup } from "./path-group.ts";
import type { Pixels } from "./pixels.ts";

export interface ImageFilesOptions {
  /** A folder, or a tar, tar.gz or zip archive of one. */
  readonly path: string;
  /** Default "folder". */
  readonly classes?: ClassRule;
  readonly geometry?: Geometry;
  /**
   * What a file that cannot be decoded does. "fail": an error when its turn comes. "skip": it is left out; to know which
   * they are, all images are decoded once when the data set is opened. Default "fail".
   */
  readonly corrupt?: "fail" | "skip";
  /** What belongs together. Default: nothing. */
  readonly group?: PathGroup | undefined;
}

export interface ImageFiles extends Dataset {
  readonly skipped: readonly Skipped[];
}

/** An archive of a few bytes may unpack to anything. */
const mostBytes = 2 ** 28;

const imageName = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;

/**
 * The images of a folder or archive, in the order of their paths. Field "image": uint8 [height, width, channels].
 * @throws DATA_MISSING, DATA_ARCHIVE, DATA_EMPTY, DATA_CLASSES; DATA_IMAGE when the sample is read
 */
export async function imageFiles(options: ImageFilesOptions): Promise<ImageFiles> {
  const { path, classes: rule = "folder", geometry = {}, corrupt = "fail", group } = options;
  const set = await openFileSet(path);
  const all = set.files.filter((file) => imageName.test(file.path));
  if (all.length === 0) throw emptyImagesError(path, set.files.length);
  const decoder = imageDecoder(geometry);
  const decode = async ({ place }: DataFile) => {
    if (place.size > mostBytes)
      throw new Error(`its ${place.size} bytes are more than an image may have, ${mostBytes}`);
    return await decoder.decode(place);
  };
  const skipped = corrupt === "skip" ? await findCorrupt(all, decode) : [];
  const isSkipped = new Set(skipped.map(({ id }) => id));
  const files = all.filter((file) => !isSkipped.has(file.path));
  if (files.length === 0) throw allCorruptError(path, skipped);
  const { classes, labels } = labelFiles(
    path,
    files.map((file) => file.path),
    rule,
  );
  const settings = createHash("sha256").update(JSON.stringify([geometry, rule === "none", classes, [...isSkipped]]));
  const suffix = settings.digest("hex");
  return {
    name: set.name,
    length: files.length,
    classes,
    fields: ["image"],
    skipped,
    targetOf: (index) => targetOf(labels[index]),
    ...(group !== undefined && { groupOf: (index: number) => groupOfPath(files[index]!.path, group) }),
    stored(index) {
      const { path: id, place } = files[index]!;
      return { id, hash: createHash("sha256").update(readPlace(place)).digest("base64") };
    },
    async sample(index) {
      checkIndex(set.name, index, files.length);
      const file = files[index]!;
      const pixels = await decode(file).catch((cause) => {
        throw imageError(`${file.path} in ${path}`, cause);
      });
      return toSample(file.path, pixels, labels[index]);
    },
    digest: async () => `${await set.digest()}:${suffix}`,
  };
}

function toSample(id: string, { height, width, channels, data }: Pixels, label: number | undefined): Sample {
  const image = makeTensor("uint8", [height, width, channels], data);
  return { id, fields: new Map([["image", image]]), target: targetOf(label) };
}

function targetOf(label: number | undefined) {
  return label === undefined ? undefined : classTarget(label);
}

async function findCorrupt(files: readonly DataFile[], decode: (file: DataFile) => Promise<Pixels>) {
  const found: Skipped[] = [];
  for (let at = 0; at < files.length; at += 64)
    await Promise.all(
      files.slice(at, at + 64).map((file) =>
        decode(file).then(
          () => {},
          (error: Error) => found.push({ id: file.path, reason: error.message }),
        ),
      ),
    );
  return found.sort((a, b) => (a.id < b.id ? -1 : 1));
}
