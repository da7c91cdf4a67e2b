import { change, changeInt, changeText, type FieldChange, keep, layout } from "./layout.ts";
import type { Message } from "./message.ts";
import type { Origin } from "./origin.ts";
import { type FieldSpec, schema } from "./schema.ts";
import { domainInFile, domainName } from "./text.ts";
import type { Field } from "./wire.ts";

/** opset_import. Of a domain that stands twice, both entries stay as long as its version does. */
export function changeOpsets(
  spec: FieldSpec,
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number> | undefined,
  origin: Origin | undefined,
): FieldChange {
  const { domain, version } = schema.OperatorSetIdProto;
  return changeMap(spec, { now, before, origin }, (message) => domainName(message.text(domain) ?? ""), {
    fresh: (name) => changeText(domain, domainInFile(name)),
    value: (number) => changeInt(version, number),
  });
}

/** A list of StringStringEntryProto. */
export function changeMetadata(
  spec: FieldSpec,
  now: ReadonlyMap<string, string>,
  before: ReadonlyMap<string, string> | undefined,
  origin: Origin | undefined,
): FieldChange {
  const { key, value } = schema.StringStringEntryProto;
  return changeMap(spec, { now, before, origin }, (message) => message.text(key) ?? "", {
    fresh: (name) => changeText(key, name),
    value: (text) => changeText(value, text),
  });
}

interface MapState<V> {
  readonly now: ReadonlyMap<string, V>;
  /** What was read; undefined: write all of it anew. */
  readonly before: ReadonlyMap<string, V> | undefined;
  readonly origin: Origin | undefined;
}

/** Entries whose value is as it was keep their bytes, others are written in their place. */
function changeMap<V>(
  spec: FieldSpec,
  { now, before, origin }: MapState<V>,
  keyOf: (message: Message) => string,
  encode: { fresh: (key: string) => FieldChange; value: (value: V) => FieldChange },
): FieldChange {
  const items = Array.from(now, ([key, value]) => ({ key, value })).filter(
    ({ key, value }) => before?.get(key) !== value,
  );
  const changed = new Map(items.map((item) => [item.key, item]));
  const entry = (field: Field) =>
    origin?.wire.message([field], spec.kind === "StringStringEntryProto" ? spec.kind : "OperatorSetIdProto", "entry");
  return change(spec, {
    items,
    match: (field) => {
      const message = entry(field);
      const key = message === undefined ? "" : keyOf(message);
      return changed.get(key) ?? (now.has(key) ? keep : undefined);
    },
    payload: ({ key, value }, field) => {
      const message = field && entry(field);
      return layout(message, message === undefined ? [encode.fresh(key), encode.value(value)] : [encode.value(value)]);
    },
  });
}
