import { basename } from "node:path";
import type { Model } from "@pare/ir";
import type { ByteSource, Tensor } from "@pare/tensor";
import { SliceSource } from "@pare/tensor";
import { type ExternalPlace, type ExternalRange, ModelOrigin, tensorOrigins } from "./origin.ts";
import { Rope } from "./rope.ts";
import { allTensors, type FoundTensor } from "./tensors.ts";

/**
 * Which tensors go into the external data file. `keep`: those that came from one, and new large ones beside them.
 * `always`: every initializer from the threshold on. `everything`: large tensors in attributes too.
 */
export type ExternalPolicy = "keep" | "always" | "never" | "everything";

/** Where the data goes. */
export interface Placement {
  readonly places: ReadonlyMap<Tensor, ExternalPlace>;
  /** The external data file; undefined where there is none. */
  readonly data: { readonly location: string; readonly rope: Rope } | undefined;
}

/** Large tensors start on a page, so that runtimes can map them; small ones on a cache line. */
const largeBytes = 64 * 1024;
const alignments = { large: 4096, small: 64 } as const;

/** `path`: of the model file that is written. */
export function placeData(model: Model, path: string, policy: ExternalPolicy, thresholdBytes: number): Placement {
  const origin = model.carried instanceof ModelOrigin ? model.carried : undefined;
  const chosen = chooseExternal(model, origin, policy, thresholdBytes);
  if (chosen.length === 0) return { places: new Map(), data: undefined };
  const kept = keptFile(chosen, origin);
  const location =
    kept?.location !== undefined && keepsName(kept, origin, path) ? kept.location : `${basename(path)}.data`;
  const rope = new Rope();
  if (kept !== undefined) rope.range(kept.file);
  const places = new Map<Tensor, ExternalPlace>();
  const taken = new Map<ByteSource, Map<string, number>>();
  for (const tensor of chosen) {
    const external = tensorOrigins.get(tensor)?.external;
    const offset = kept && external ? external.offset : append(rope, tensor, taken);
    places.set(tensor, { location, offset, length: tensor.source.size });
  }
  return { places, data: { location, rope } };
}

function chooseExternal(
  model: Model,
  origin: ModelOrigin | undefined,
  policy: ExternalPolicy,
  threshold: number,
): Tensor[] {
  if (policy === "never") return [];
  const hadExternal = (origin?.external.length ?? 0) > 0;
  const goesOut = ({ tensor, at }: FoundTensor) => {
    if (tensor.dtype === "string") return false;
    const known = tensorOrigins.get(tensor);
    if (known?.external !== undefined) return true;
    const isLarge = tensor.source.size >= threshold;
    if (policy === "everything") return isLarge;
    return isLarge && at === "initializer" && (policy === "always" || (hadExternal && known === undefined));
  };
  return Array.from(
    new Set(
      Array.from(allTensors(model))
        .filter(goesOut)
        .map(({ tensor }) => tensor),
    ),
  );
}

/** The one data file that all external tensors lie in, if each range that was read is still used. */
function keptFile(chosen: readonly Tensor[], origin: ModelOrigin | undefined): ExternalRange | undefined {
  const ranges = chosen.flatMap((tensor) => tensorOrigins.get(tensor)?.external ?? []);
  const [first] = ranges;
  if (first === undefined || ranges.some(({ file }) => file !== first.file)) return undefined;
  const key = ({ offset, length }: ExternalPlace) => `${offset}+${length}`;
  const used = new Set(ranges.map(key));
  const isWhole = origin?.external.every((range) => range.file === first.file && used.has(key(range)));
  return isWhole ? first : undefined;
}

/** A model written under its own name into another folder keeps the name of its data file. */
function keepsName({ location }: ExternalRange, origin: ModelOrigin | undefined, path: string): boolean {
  return origin?.path !== undefined && basename(origin.path) === basename(path) && !/[\\/]/.test(location);
}

/** Puts a tensor's data at the end, or finds it where the same bytes were put before: tied weights stay one. */
function append(rope: Rope, { source }: Tensor, taken: Map<ByteSource, Map<string, number>>): number {
  const base = source instanceof SliceSource ? source.base : source;
  const range = source instanceof SliceSource ? `${source.offset}+${source.size}` : "";
  const known = taken.get(base) ?? new Map<string, number>();
  taken.set(base, known);
  const before = known.get(range);
  if (before !== undefined) return before;
  const alignment = source.size >= largeBytes ? alignments.large : alignments.small;
  rope.zeros((alignment - (rope.size % alignment)) % alignment);
  const offset = rope.size;
  known.set(range, offset);
  rope.range(source);
  return offset;
}
