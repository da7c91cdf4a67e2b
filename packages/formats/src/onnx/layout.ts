import type { Origin } from "./origin.ts";
import { Rope } from "./rope.ts";
import { type FieldSpec, wireType } from "./schema.ts";
import { encodeText } from "./text.ts";
import type { Field } from "./wire.ts";

/** Leave the bytes of this field alone. */
export const keep = Symbol("keep");

/** What one field of a message holds now: a list of values. */
export interface Content<Item> {
  readonly items: readonly Item[];
  /** Whether items are written in this order (nodes), or each where it was read (initializers; the default). */
  readonly ordered?: boolean;
  /** What a field that was read stands for: one of the items, or nothing any more. Default: nothing. */
  readonly match?: (field: Field) => Item | typeof keep | undefined;
  /** Encodes an item; `field` is the one that it was read from, where that is known. */
  readonly payload: (item: Item, field?: Field) => Rope;
}

/** A field to write anew, with the type of its items hidden so that those of one message stand in one list. */
export interface FieldChange {
  readonly spec: FieldSpec;
  readonly begin: (origin: Origin | undefined) => Placement;
}

/** The values of one field on their way into a message. */
interface Placement {
  /** At the place of a field that was read. */
  at(rope: Rope, field: Field): void;
  /** Those that had no place. */
  rest(rope: Rope): void;
}

export function change<Item>(spec: FieldSpec, content: Content<Item>): FieldChange {
  return { spec, begin: (origin) => new ItemPlacement(spec, content, origin) };
}

/** A field with one value, or none. */
export function changeOne<Item>(spec: FieldSpec, item: Item | undefined, payload: (item: Item) => Rope): FieldChange {
  return change(spec, { items: item === undefined ? [] : [item], match: () => item, payload });
}

/** Text, which is left out where it is empty. */
export function changeText(spec: FieldSpec, text: string): FieldChange {
  return changeOne(spec, text === "" ? undefined : text, textPayload);
}

export function changeTexts(spec: FieldSpec, texts: readonly string[]): FieldChange {
  return change(spec, { items: texts.map((text) => ({ text })), payload: ({ text }) => textPayload(text) });
}

export function changeInt(spec: FieldSpec, value: number | bigint | undefined): FieldChange {
  return changeOne(spec, value, (known) => new Rope().varint(known));
}

export function textPayload(text: string): Rope {
  return new Rope().bytes(encodeText(text));
}

/** Removes a field. */
export function dropped(spec: FieldSpec): FieldChange {
  return change(spec, { items: [], payload: () => new Rope() });
}

/** A message by the bytes that were read. */
export function asRead({ wire, spans }: Origin): Rope {
  return spans.reduce((rope, span) => rope.range(wire.source, span), new Rope());
}

/**
 * A message as it was read with some of its fields changed. What is not mentioned keeps its bytes and its place; values
 * that are new follow the last one of their field, or stand at the end.
 */
export function layout(origin: Origin | undefined, changes: readonly FieldChange[]): Rope {
  const rope = new Rope();
  const open = new Map(changes.map(({ spec, begin }) => [spec.id, { placement: begin(origin), left: 0 }]));
  for (const field of fieldsOf(origin)) {
    const changed = open.get(field.id);
    if (changed !== undefined) changed.left++;
  }
  for (const field of fieldsOf(origin)) {
    const changed = open.get(field.id);
    if (changed === undefined) copyField(rope, origin, field);
    else {
      changed.placement.at(rope, field);
      if (--changed.left === 0) changed.placement.rest(rope);
    }
  }
  for (const { placement } of open.values()) placement.rest(rope);
  return rope;
}

function* fieldsOf(origin: Origin | undefined): Generator<Field> {
  for (const span of origin?.spans ?? []) yield* origin!.wire.fields(span);
}

function copyField(rope: Rope, origin: Origin | undefined, { start, to }: Field): void {
  if (origin !== undefined) rope.range(origin.wire.source, { from: start, to });
}

class ItemPlacement<Item> implements Placement {
  readonly #spec: FieldSpec;
  readonly #content: Content<Item>;
  readonly #origin: Origin | undefined;
  readonly #order: ReadonlyMap<Item, number>;
  readonly #written = new Set<Item>();
  /** Of ordered items, the first that is not written. */
  #next = 0;

  constructor(spec: FieldSpec, content: Content<Item>, origin: Origin | undefined) {
    this.#spec = spec;
    this.#content = content;
    this.#origin = origin;
    this.#order = new Map(content.ordered ? content.items.map((item, i) => [item, i]) : []);
  }

  at(rope: Rope, field: Field): void {
    const item = this.#content.match?.(field);
    if (item === keep) copyField(rope, this.#origin, field);
    else if (item === undefined || this.#written.has(item)) return;
    else if (this.#content.ordered) this.#writeUpTo(rope, item, field);
    else this.#write(rope, item, field);
  }

  rest(rope: Rope): void {
    for (const item of this.#content.items.slice(this.#next)) if (!this.#written.has(item)) this.#write(rope, item);
    this.#next = this.#content.items.length;
  }

  #writeUpTo(rope: Rope, item: Item, field: Field): void {
    const at = this.#order.get(item);
    if (at === undefined || at < this.#next) return;
    for (const earlier of this.#content.items.slice(this.#next, at)) this.#write(rope, earlier);
    this.#write(rope, item, field);
    this.#next = at + 1;
  }

  #write(rope: Rope, item: Item, field?: Field): void {
    this.#written.add(item);
    const payload = this.#content.payload(item, field);
    const source = this.#origin?.wire.source;
    if (field !== undefined && source !== undefined && payload.isRange(source, field))
      copyField(rope, this.#origin, field);
    else if (wireType(this.#spec) === 2) rope.field(this.#spec, payload);
    else rope.tag(this.#spec, wireType(this.#spec)).rope(payload);
  }
}
