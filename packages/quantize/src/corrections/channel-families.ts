/**
 * Which channels of a model can be given a factor of their own without changing what it computes: what makes them is
 * divided by the factor, what sums over them is multiplied by it, and all that lies between lets it through.
 *
 * 1. Walking starts at the output of every linear node and goes both ways, until each branch ends in a linear node.
 * 2. Elements that must have the same factor are one channel: through a Relu, through both sides of an Add, a channel of
 *    [N,C,H,W] and its H·W elements behind a Flatten.
 * 3. Where a branch ends in anything else (an output of the model, a Sigmoid, a computed weight, a node that is not
 *    selected) the channels that reach it are held: their factor is 1. Others of the same value may still move.
 */
import type { Model, Node, Use, Value } from "@pare/ir";
import { type AxisLink, type AxisMap, dtypeOf, inferTypes, shapeOf, specOf } from "@pare/ops";
import { type DType, numbers } from "@pare/tensor";
import { Joined } from "./disjoint-sets.ts";
import type { Addend, Bounded, ChannelFamilies, Family } from "./family.ts";
import { carriedSlots, clipBounds } from "./homogeneous.ts";
import { type Linear, linearOf, type ShapeOf } from "./linear.ts";

export interface FamilyOptions {
  readonly selects?: ((node: Node) => boolean) | undefined;
  /** Clips may be given bounds for each channel, as Max and Min. Default false. */
  readonly splitBounds?: boolean;
}

export function channelFamilies(
  model: Model,
  { selects = () => true, splitBounds = false }: FamilyOptions = {},
): ChannelFamilies {
  const walk = new Walk(model, selects, splitBounds);
  for (const node of model.graph.nodes) {
    const linear = walk.linear(node);
    if (linear !== undefined) walk.track(linear.output, linear.outputAxis);
  }
  return walk.finish();
}

/** Elements of a value along the one axis that factors run along. */
interface Track {
  readonly value: Value;
  readonly axis: number;
  /** The first of its elements among all. */
  readonly start: number;
  readonly size: number;
}

class Walk {
  readonly #model: Model;
  readonly #selects: (node: Node) => boolean;
  readonly #shape: ShapeOf;
  readonly #dtype: (value: Value) => DType | undefined;
  readonly #linear = new Map<Node, Linear | undefined>();
  readonly #tracks = new Map<Value, Track>();
  readonly #pending: Track[] = [];
  readonly #elements = new Joined();
  /** Tracks that hang together, by the place of each in `#tracks`. */
  readonly #order = new Map<Track, number>();
  readonly #hanging = new Joined();
  readonly #tied = new Map<Node, ReadonlyMap<number, number>>();
  readonly #addends: (Omit<Addend, "channels"> & { readonly track: Track })[] = [];
  readonly #consumers: { readonly linear: Linear; readonly track: Track }[] = [];
  readonly #holders = new Set<Node>();
  readonly #splitBounds: boolean;
  readonly #bounded: (Omit<Bounded, "channels"> & { readonly track: Track })[] = [];

  constructor(model: Model, selects: (node: Node) => boolean, splitBounds: boolean) {
    this.#splitBounds = splitBounds;
    this.#model = model;
    this.#selects = selects;
    const { type } = inferTypes(model);
    this.#shape = (value) => shapeOf(type(value));
    this.#dtype = (value) => dtypeOf(type(value));
  }

  linear(node: Node): Linear | undefined {
    if (!this.#linear.has(node)) {
      const found = this.#selects(node) && node.graph === this.#model.graph ? linearOf(node, this.#shape) : undefined;
      this.#linear.set(node, found);
    }
    return this.#linear.get(node);
  }

  /** Follows a value along an axis; undefined where its size is not known, or where it is followed along another one. */
  track(value: Value, axis: number): Track | undefined {
    const known = this.#tracks.get(value);
    if (known !== undefined) return known.axis === axis ? known : undefined;
    const size = this.#shape(value)?.[axis];
    if (typeof size !== "number" || value.graph !== this.#model.graph) return undefined;
    const track = { value, axis, start: this.#elements.add(size), size };
    this.#tracks.set(value, track);
    this.#order.set(track, this.#hanging.add(1));
    this.#pending.push(track);
    if (this.#pending.length === 1) this.#follow();
    return track;
  }

  /** A list and no recursion: networks may be thousands of layers deep. The first stays until all is done. */
  #follow(): void {
    for (let i = 0; i < this.#pending.length; i++) {
      const track = this.#pending[i]!;
      this.#meetProducer(track);
      for (const use of track.value.uses) this.#meetUse(track, use);
    }
    this.#pending.length = 0;
  }

  #meetProducer(track: Track): void {
    const { origin } = track.value;
    if (origin.kind !== "output") {
      this.#hold(track);
      return;
    }
    const { node, slot } = origin;
    const linear = slot === 0 ? this.linear(node) : undefined;
    const isMade = linear !== undefined && linear.outputAxis === track.axis;
    if (!isMade && (slot > 0 || linear !== undefined || !this.#tie(node, track.axis))) this.#hold(track, node);
  }

  #meetUse(track: Track, use: Use): void {
    if (use.kind === "output") {
      this.#hold(track);
      return;
    }
    const { node, slot } = use;
    const linear = this.linear(node);
    const isSummed = linear?.data === track.value && node.inputs.indexOf(track.value) === slot;
    if (linear !== undefined && isSummed && linear.dataAxis === track.axis) {
      this.#consumers.push({ linear, track });
      return;
    }
    const link = this.#linksOf(node).find(({ from }) => from.input === slot && from.axis === track.axis);
    const isCarried = linear === undefined && this.#carriedSlots(node)?.includes(slot);
    if (!isCarried || link === undefined || !this.#tie(node, link.to.axis, { slot, axis: track.axis }))
      this.#hold(track, node);
  }

  #carriedSlots(node: Node): readonly number[] | undefined {
    return carriedSlots(node) ?? (this.#splits(node) === undefined ? undefined : [0]);
  }

  #splits(node: Node): ReturnType<typeof clipBounds> {
    // Max and Min broadcast from opset 8 on.
    const canSplit = this.#splitBounds && this.#selects(node) && (this.#model.opsets.get("onnx") ?? 1) >= 8;
    return canSplit ? clipBounds(node) : undefined;
  }

  /** Links of inputs that stay apart in the first output. */
  #linksOf(node: Node): readonly AxisLink[] {
    const links = node.graph === this.#model.graph ? (specOf(node.op)?.axes?.(node, this.#shape) ?? []) : [];
    return links.filter(({ kind, to }) => kind === "keeps" && "output" in to && to.output === 0);
  }

  /** One factor for the output and all inputs that carry it; false where that is impossible. */
  #tie(node: Node, outputAxis: number, reached?: { readonly slot: number; readonly axis: number }): boolean {
    const slots = this.#carriedSlots(node);
    const [output] = node.outputs;
    if (slots === undefined || output === undefined || node.graph !== this.#model.graph) return false;
    const before = this.#tied.get(node);
    if (before !== undefined) return this.#tracks.get(output)?.axis === outputAxis && agrees(before, reached);
    const axes = new Map<number, number>();
    this.#tied.set(node, axes);
    const track = this.track(output, outputAxis);
    if (track === undefined) return false;
    const links = this.#linksOf(node).filter(({ to }) => to.axis === outputAxis);
    for (const slot of slots) {
      const link = links.find(
        ({ from }) => from.input === slot && (reached?.slot !== slot || reached.axis === from.axis),
      );
      if (link !== undefined) axes.set(slot, link.from.axis);
      if (!this.#tieInput(node, slot, link, track)) this.#hold(track, node);
    }
    const clip = carriedSlots(node) === undefined ? this.#splits(node) : undefined;
    const { rank, dtype } = { rank: this.#shape(output)?.length, dtype: this.#dtype(output) };
    if (clip === undefined) return agrees(axes, reached);
    if (rank === undefined || dtype === undefined) return false;
    this.#bounded.push({ node, ...clip, dtype, axisFromEnd: rank - outputAxis, track });
    return agrees(axes, reached);
  }

  #tieInput(node: Node, slot: number, link: AxisLink | undefined, output: Track): boolean {
    const value = node.inputs[slot];
    if (value === undefined) return false;
    if (value.origin.kind === "constant") return this.#addConstant(node, slot, value, output);
    const input = link && this.track(value, link.from.axis);
    if (link === undefined || input === undefined) return false;
    this.#hanging.join(this.#order.get(input)!, this.#order.get(output)!);
    return this.#join(input, output, link.map);
  }

  #addConstant(node: Node, slot: number, value: Value, track: Track): boolean {
    if (value.origin.kind !== "constant") return false;
    if (numbers(value.origin.tensor).every((element) => element === 0)) return true;
    const rank = this.#shape(track.value)?.length;
    if (node.op === "onnx.Concat" || rank === undefined || !this.#selects(node)) return false;
    this.#addends.push({ node, slot, value, axisFromEnd: rank - track.axis, track });
    return true;
  }

  #join(input: Track, output: Track, map: AxisMap): boolean {
    const isInputLonger = input.size > output.size;
    const [few, many] = isInputLonger ? [output, input] : [input, output];
    if (map.kind === "offset") {
      for (let i = 0; i < input.size; i++)
        if (i + map.by >= 0 && i + map.by < output.size)
          this.#elements.join(input.start + i, output.start + i + map.by);
      return true;
    }
    if (few.size === 0 || many.size % few.size !== 0 || (map.kind === "same" && few.size !== many.size)) return false;
    const times = many.size / few.size;
    if (map.kind === "repeat" && map.times !== times) return false;
    if (map.kind === "blocks" && map.size !== few.size) return false;
    for (let i = 0; i < many.size; i++)
      this.#elements.join(few.start + (map.kind === "blocks" ? i % few.size : Math.floor(i / times)), many.start + i);
    return true;
  }

  #hold({ start, size }: Track, holder?: Node): void {
    this.#elements.hold(start, size);
    if (holder !== undefined) this.#holders.add(holder);
  }

  finish(): ChannelFamilies {
    const numbersOf = new Map<number, number>();
    const channels = ({ start, size }: Track) =>
      Int32Array.from({ length: size }, (_, i) => {
        if (this.#elements.isHeld(start + i)) return -1;
        const root = this.#elements.find(start + i);
        if (!numbersOf.has(root)) numbersOf.set(root, numbersOf.size);
        return numbersOf.get(root)!;
      });
    const groups = new Map<number, { producers: Family["producers"][number][]; tracks: Set<Track> }>();
    for (const [track, place] of this.#order) {
      const root = this.#hanging.find(place);
      const group = groups.get(root) ?? { producers: [], tracks: new Set() };
      groups.set(root, group);
      group.tracks.add(track);
      const { origin } = track.value;
      const linear = origin.kind === "output" ? this.linear(origin.node) : undefined;
      if (linear?.outputAxis === track.axis) group.producers.push({ linear, channels: channels(track) });
    }
    const families = [...groups.values()].map(({ producers, tracks }) => ({
      producers,
      consumers: this.#consumers.flatMap(({ linear, track }) =>
        tracks.has(track) ? [{ linear, channels: channels(track) }] : [],
      ),
      addends: this.#addends.flatMap(({ track, ...addend }) =>
        tracks.has(track) ? [{ ...addend, channels: channels(track) }] : [],
      ),
      values: [...tracks].map((track) => ({ value: track.value, channels: channels(track) })),
      bounded: this.#bounded.flatMap(({ track, ...bounded }) =>
        tracks.has(track) ? [{ ...bounded, channels: channels(track) }] : [],
      ),
    }));
    return { families, count: numbersOf.size, holders: [...this.#holders] };
  }
}

function agrees(axes: ReadonlyMap<number, number>, reached: { slot: number; axis: number } | undefined): boolean {
  return reached === undefined || axes.get(reached.slot) === reached.axis;
}
