import { cifarImages } from "../arrays/cifar.ts";
import { idxImages } from "../arrays/idx.ts";
import type { Dataset } from "../dataset.ts";
import { type GlyphSplit, glyphs } from "../glyphs/glyphs.ts";
import type { ClassRule } from "../images/classes.ts";
import type { Geometry } from "../images/geometry.ts";
import { imageFiles } from "../images/image-files.ts";
import { shapedDataset } from "../images/shaped.ts";
import type { SourceSpec } from "./source-spec.ts";

export interface SourceContext {
  /** A path of the recipe as one of the file system. */
  readonly resolve: (path: string) => string;
  readonly split: GlyphSplit;
  /** For images. */
  readonly geometry?: Geometry;
}

/** @throws the faults of the kind of data */
export async function openSource(spec: SourceSpec, context: SourceContext): Promise<Dataset> {
  const { resolve, split, geometry = {} } = context;
  if ("images" in spec) {
    const { images, classes, corrupt } = spec;
    return await imageFiles({ path: resolve(images), classes: classRule(classes, resolve), corrupt, geometry });
  }
  if ("generated" in spec) return shapedDataset(glyphs({ split, length: spec.samples, seed: spec.seed }), geometry);
  if ("idx" in spec) {
    const labels = spec.labels === undefined ? {} : { labels: resolve(spec.labels) };
    return shapedDataset(await idxImages({ images: resolve(spec.idx), ...labels }), geometry);
  }
  return shapedDataset(await cifarImages({ paths: spec.cifar.map(resolve), classes: spec.classes }), geometry);
}

function classRule(written: string, resolve: (path: string) => string): ClassRule {
  return written === "folder" || written === "number" || written === "none" ? written : { file: resolve(written) };
}

/** One line for people: "images test.tar.gz", "generated glyphs, seed 1". Paths as written. */
export function describeSource(spec: SourceSpec): string {
  if ("images" in spec) return `images ${spec.images}`;
  if ("generated" in spec) return `generated ${spec.generated}, seed ${spec.seed}`;
  return "idx" in spec ? `idx ${spec.idx}` : `cifar ${spec.cifar.join(", ")}`;
}
