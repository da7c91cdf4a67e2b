import { tooManyError } from "../errors.ts";
import { type FieldSpec, fieldById, type MessageName, wireType } from "./schema.ts";
import type { Field, Run, Span, WireReader } from "./wire.ts";

/** Of one repeated field. */
const mostValues = 1 << 21;

/** A message as its fields lie in the source. Nothing is decoded until asked for. */
export class Message {
  readonly wire: WireReader;
  /** Its bytes; several where it is given in parts. */
  readonly spans: readonly Span[];
  readonly runs: readonly Run[];
  readonly type: MessageName;
  /** Where the message stands, for errors: `graph.node[17] "conv3"`. */
  readonly place: string;

  constructor(wire: WireReader, spans: readonly Span[], runs: readonly Run[], type: MessageName, place: string) {
    this.wire = wire;
    this.spans = spans;
    this.runs = runs;
    this.type = type;
    this.place = place;
  }

  /** @throws ONNX_BYTES when a field is not encoded as the schema says: only packing is free */
  checked(): this {
    for (const run of this.runs) {
      const spec = fieldById(this.type, run.id);
      if (spec === undefined || run.wire === wireType(spec) || (run.wire === 2 && spec.repeat !== "one")) continue;
      const expected = `${wireType(spec)}`;
      const problem = `field ${spec.name} of ${this.type} has wire type ${run.wire} in place of ${expected}`;
      throw this.wire.error(run.start, problem, this.place);
    }
    return this;
  }

  /** The same message under another name for errors. */
  named(place: string): Message {
    return new Message(this.wire, this.spans, this.runs, this.type, place);
  }

  *all({ id }: FieldSpec): Generator<Field, undefined> {
    for (const run of this.runs) if (run.id === id) yield* this.#unfold(run);
  }

  has({ id }: FieldSpec): boolean {
    return this.runs.some((run) => run.id === id);
  }

  count({ id }: FieldSpec): number {
    return this.runs.reduce((sum, run) => (run.id === id ? sum + run.count : sum), 0);
  }

  /** Of a field that should stand once, the last counts. */
  last({ id }: FieldSpec): Field | undefined {
    const run = this.runs.findLast((candidate) => candidate.id === id);
    if (run === undefined || run.count === 1) return run;
    let last: Field = run;
    for (const field of this.#unfold(run)) last = field;
    return last;
  }

  /** A field that is a message, all its parts merged; undefined where it is absent. */
  child(spec: FieldSpec & { readonly kind: MessageName }, label: string): Message | undefined {
    if (!this.has(spec)) return undefined;
    return this.wire.message([...this.all(spec)], spec.kind, `${this.place}${label}`);
  }

  text(spec: FieldSpec): string | undefined {
    const field = this.last(spec);
    return field && this.wire.text(field);
  }

  /** The fields of a list that will be kept in memory one by one. @throws ONNX_TOO_MANY */
  *listed(spec: FieldSpec, most = mostValues): Generator<Field, undefined> {
    if (this.count(spec) > most)
      throw tooManyError(`${this.place} in ${this.wire.name}`, fieldById(this.type, spec.id)?.name ?? "fields", most);
    yield* this.all(spec);
  }

  texts(spec: FieldSpec): string[] {
    return Array.from(this.listed(spec), (field) => this.wire.text(field));
  }

  int64(spec: FieldSpec): bigint | undefined {
    const field = this.last(spec);
    if (field === undefined) return undefined;
    this.wire.varint(field.from, field.to);
    return this.wire.int64;
  }

  /** @throws ONNX_BYTES beyond ±2^53 */
  int(spec: FieldSpec): number | undefined {
    const field = this.last(spec);
    if (field === undefined) return undefined;
    this.wire.varint(field.from, field.to);
    const value = this.wire.safeInteger;
    if (value === undefined) throw this.wire.error(field.from, "a number is absurdly large", this.place);
    return value;
  }

  float(spec: FieldSpec): number | undefined {
    const field = this.last(spec);
    return field && this.wire.float(field.from);
  }

  *#unfold(run: Run): Generator<Field, undefined> {
    if (run.count === 1) yield run;
    else yield* this.wire.fields({ from: run.start, to: run.to });
  }
}
