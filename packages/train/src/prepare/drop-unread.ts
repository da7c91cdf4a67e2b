import type { Edit, Value } from "@pare/ir";

/** Removes a constant or an Identity that nothing reads any more, and what only that read; whether there was one. */
export function dropUnread(edit: Edit, value: Value): boolean {
  const { origin } = value;
  if (value.uses.size > 0) return false;
  if (origin.kind === "constant") edit.removeConstant(value);
  else if (origin.kind === "output" && (origin.node.op === "onnx.Identity" || origin.node.op === "onnx.Constant")) {
    const [input] = origin.node.inputs;
    edit.remove(origin.node);
    if (input !== undefined && input.origin.kind === "output") dropUnread(edit, input);
  } else return false;
  return true;
}
