import { depthError } from "../errors.ts";
import { type FieldSpec, fieldById, isScalarKind, type MessageName } from "./schema.ts";
import type { Message, Span } from "./wire.ts";

const deepest = 200;

/**
 * Follows what is carried without being modelled (training info, device configurations) by the schema, so that damage in
 * it is found when the file is read. @throws ONNX_BYTES, ONNX_DEPTH
 */
export function checkMessage(message: Message, spec: FieldSpec & { readonly kind: MessageName }): void {
  const open: { span: Span; type: MessageName; depth: number }[] = [];
  const push = (span: Span, type: MessageName, depth: number) => {
    if (depth > deepest) throw depthError(message.wire.name, "messages", deepest);
    open.push({ span, type, depth });
  };
  for (const field of message.all(spec)) push(field, spec.kind, 1);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const field of message.wire.fields(next.span)) {
      const inner = fieldById(next.type, field.id);
      if (inner !== undefined && field.wire === 2 && !isScalarKind(inner.kind)) push(field, inner.kind, next.depth + 1);
    }
  }
}
