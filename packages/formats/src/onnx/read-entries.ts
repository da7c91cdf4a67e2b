import type { Message } from "./message.ts";
import { type FieldSpec, schema } from "./schema.ts";
import { domainName } from "./text.ts";

/** A list of StringStringEntryProto; of a key that stands twice, the last counts. */
export function readEntries(message: Message, spec: FieldSpec): Map<string, string> {
  const { key, value } = schema.StringStringEntryProto;
  const entries = new Map<string, string>();
  for (const field of message.all(spec)) {
    const entry = message.wire.message([field], "StringStringEntryProto", message.place);
    entries.set(entry.text(key) ?? "", entry.text(value) ?? "");
  }
  return entries;
}

/** opset_import as domain → version; of a domain that stands twice, as "" and "ai.onnx" do, the highest counts. */
export function readOpsets(message: Message, spec: FieldSpec): Map<string, number> {
  const { domain, version } = schema.OperatorSetIdProto;
  const opsets = new Map<string, number>();
  for (const field of message.all(spec)) {
    const entry = message.wire.message([field], "OperatorSetIdProto", message.place);
    const name = domainName(entry.text(domain) ?? "");
    opsets.set(name, Math.max(entry.int(version) ?? 0, opsets.get(name) ?? 0));
  }
  return opsets;
}
