import { dirname, join } from "node:path";
import type { Model } from "@pare/ir";
import { type ByteSource, SliceSource } from "@pare/tensor";
import { tooLargeError } from "../errors.ts";
import { isFile, ModelOrigin } from "./origin.ts";
import { type ExternalPolicy, type Placement, placeData } from "./placement.ts";
import type { Rope } from "./rope.ts";
import { checkOutputs, checkWritable, ropeBytes, saveFiles } from "./save.ts";
import { StringDataSource } from "./string-data.ts";
import { allTensors } from "./tensors.ts";
import { TypedDataSource } from "./typed-data.ts";
import { encodeModelMessage } from "./write-model.ts";

export interface WriteOptions {
  /**
   * Where weights go. "keep" (default): where they were; into an external file as well if the model would exceed 2 GiB.
   * "always": initializers of at least `thresholdBytes` into `<model>.data`. "never": all into the model file.
   */
  readonly externalData?: "keep" | "always" | "never";
  /** Smaller tensors stay in the model file unless they were external already. Default 1024. */
  readonly thresholdBytes?: number;
  /** Whether files that exist may be replaced. Default false. */
  readonly force?: boolean;
}

export interface WrittenModel {
  /** The files that were written, the model first. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number }[];
}

/** Protobuf's limit for one message. */
const largestMessageBytes = 2 ** 31 - 1;

/**
 * Writes an ONNX file, and its external data file beside it where there is one. Both are written aside and renamed.
 * @throws OUTPUT_EXISTS, OUTPUT_IS_INPUT, OUTPUT_FAILED, ONNX_TOO_LARGE
 */
export function writeModel(model: Model, path: string, options: WriteOptions = {}): WrittenModel {
  const { externalData = "keep", thresholdBytes = 1024, force = false } = options;
  const { rope, placement } = encodeInto(model, path, externalData, thresholdBytes);
  const files = [{ path, rope }];
  if (placement.data) files.unshift({ path: join(dirname(path), placement.data.location), rope: placement.data.rope });
  checkOutputs(
    files.map((file) => file.path),
    liveFiles(model),
    force,
  );
  saveFiles(files);
  return { files: files.toReversed().map((file) => ({ path: file.path, sizeBytes: file.rope.size })) };
}

/**
 * What would let `writeModel` fail at the end of long work, found before it.
 * @throws OUTPUT_FOLDER, OUTPUT_EXISTS, OUTPUT_IS_INPUT, OUTPUT_FAILED
 */
export function checkOutput(model: Model, path: string, { force = false }: Pick<WriteOptions, "force"> = {}): void {
  checkOutputs([path], liveFiles(model), force);
  checkWritable(path);
}

/** The bytes of a model file that holds all its weights, for feeding it to a runtime. @throws ONNX_TOO_LARGE */
export function encodeModel(model: Model): Uint8Array {
  const rope = encodeModelMessage(model, { reuse: true, placeOf: () => undefined });
  if (rope.size > largestMessageBytes) throw tooLargeError(rope.size, "it must be in memory as a whole");
  return ropeBytes(rope);
}

interface Encoded {
  readonly rope: Rope;
  readonly placement: Placement;
}

/** Encodes by the policy, and by wider ones as long as the model file would be too large. */
function encodeInto(model: Model, path: string, wanted: ExternalPolicy, thresholdBytes: number): Encoded {
  const policies: readonly ExternalPolicy[] = wanted === "never" ? ["never"] : [wanted, "always", "everything"];
  let size = 0;
  for (const policy of policies) {
    const placement = placeData(model, path, policy, thresholdBytes);
    const rope = encodeModelMessage(model, { reuse: true, placeOf: (tensor) => placement.places.get(tensor) });
    if (rope.size <= largestMessageBytes) return { rope, placement };
    size = rope.size;
  }
  throw tooLargeError(size, wanted === "never" ? "external data was ruled out" : "its structure alone is too large");
}

/** Identities of the files that the model and its tensors are read from. */
function liveFiles(model: Model): ReadonlySet<string> {
  const live = new Set<string>();
  const add = (source: ByteSource) => {
    const base = source instanceof SliceSource ? source.base : source;
    if (base instanceof TypedDataSource || base instanceof StringDataSource) add(base.wire.source);
    else if (isFile(base)) live.add(base.identity);
  };
  if (model.carried instanceof ModelOrigin) {
    add(model.carried.wire.source);
    for (const { file } of model.carried.external) add(file);
  }
  for (const { tensor } of allTensors(model)) add(tensor.source);
  return live;
}
