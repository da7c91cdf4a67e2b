import { realpathSync, statSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { type ByteSource, FileSource } from "@pare/tensor";
import { externalMissingError, externalPathError, externalRangeError } from "../errors.ts";
import type { ExternalPlace, ExternalRange } from "./origin.ts";
import { PathSource } from "./path-source.ts";

/** Files held open; further ones are opened for each read. */
const mostOpenFiles = 64;

/**
 * The external data files of one model. A location is a security boundary: it is resolved against the model's folder,
 * and neither `..` nor an absolute path nor a link may lead out of it.
 */
export class ExternalFiles {
  readonly folder: string | undefined;
  /** Only structure is wanted: tensors whose data is external have bytes that cannot be read. */
  readonly areAbsent: boolean;
  /** Every range that a tensor uses, in the order of reading. */
  readonly used: ExternalRange[] = [];
  readonly #files = new Map<string, FileSource | PathSource>();

  /** `folder`: where the model file lies; undefined for a model in memory, which can have no external data. */
  constructor(folder: string | undefined, { areAbsent = false } = {}) {
    this.folder = folder;
    this.areAbsent = areAbsent;
  }

  /** @throws ONNX_EXTERNAL_PATH, ONNX_EXTERNAL_MISSING */
  file(location: string, place: string): FileSource | PathSource {
    const known = this.#files.get(location);
    if (known !== undefined) return known;
    const path = this.#resolve(location, place);
    try {
      const file = this.#files.size < mostOpenFiles ? new FileSource(path) : new PathSource(path);
      this.#files.set(location, file);
      return file;
    } catch (error) {
      throw externalPathError(place, location, error instanceof Error ? error.message : String(error));
    }
  }

  /** The range of one tensor, whose length is known from its shape. @throws ONNX_EXTERNAL_RANGE as well */
  range({ location, offset, length }: ExternalPlace, place: string): ExternalRange {
    const file = this.file(location, place);
    if (offset + length > file.size)
      throw externalRangeError(place, location, `bytes ${offset} to ${offset + length}`, file.size);
    const range = { location, offset, length, file };
    this.used.push(range);
    return range;
  }

  #resolve(location: string, place: string): string {
    const refuse = (why: string) => externalPathError(place, location, why);
    if (this.folder === undefined) throw externalMissingError(place, location, undefined);
    if (location === "" || location.includes("\0")) throw refuse("it is no path");
    if (isAbsolute(location) || /^([A-Za-z]:|[\\/])/.test(location)) throw refuse("it is an absolute path");
    if (location.split(/[\\/]/).includes("..")) throw refuse("it leads out of the folder");
    const folder = realpathSync(this.folder);
    const path = realPath(join(folder, location));
    if (path === undefined) throw externalMissingError(place, location, this.folder);
    const inside = relative(folder, path);
    if (isAbsolute(inside) || inside.split(sep)[0] === "..") throw refuse("a link leads out of the folder");
    if (!statSync(path).isFile()) throw refuse("it is no regular file");
    return path;
  }
}

/** Data that was left behind: its size is known, reading it throws ONNX_EXTERNAL_MISSING. */
export function absentData({ location, length }: ExternalPlace, place: string): ByteSource {
  const read = () => {
    throw externalMissingError(place, location, undefined);
  };
  return { size: length, read };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
