import { depthError } from "../errors.ts";
import type { Message } from "./message.ts";
import { type FieldSpec, fieldById, isScalarKind, type MessageName } from "./schema.ts";
import type { Field } from "./wire.ts";

const deepest = 200;

/**
 * Follows what is carried without being modelled (training info, device configurations) by the schema, so that damage in
 * it is found when the file is read. @throws ONNX_BYTES, ONNX_DEPTH
 */
export function checkMessages(message: Message, spec: FieldSpec & { readonly kind: MessageName }): void {
  const { wire } = message;
  for (const field of message.all(spec)) {
    const open: { fields: Iterator<Field>; type: MessageName }[] = [{ fields: wire.fields(field), type: spec.kind }];
    for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
      const next = top.fields.next();
      const inner = next.done ? undefined : fieldById(top.type, next.value.id);
      if (next.done) open.pop();
      else if (inner !== undefined && next.value.wire === 2 && !isScalarKind(inner.kind)) {
        if (open.length >= deepest) throw depthError(wire.name, "messages", deepest);
        open.push({ fields: wire.fields(next.value), type: inner.kind });
      }
    }
  }
}
