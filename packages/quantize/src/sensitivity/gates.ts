import type { Edit, Value } from "@pare/ir";
import { tensorOf } from "@pare/tensor";

/** Switches that are fed to a model: one element of a bool input for each group. */
export interface Gates {
  /** bool [groups]. */
  readonly input: Value;
  /** A scalar that is true where one of these groups is on. */
  anyOf(groups: readonly number[]): Value;
}

export function createGates(edit: Edit, groups: readonly number[]): Gates {
  const input = edit.input("groups_on", { kind: "tensor", dtype: "bool", shape: [groups.length] });
  const known = new Map<string, Value>();
  const pick = (group: number): Value => {
    const index = edit.constant("group_index", tensorOf("int64", [], [groups.indexOf(group)]));
    return edit.node("onnx.Gather", [input, index]).outputs[0]!;
  };
  const anyOf = (wanted: readonly number[]): Value => {
    const key = wanted.join();
    const [first, ...rest] = wanted as readonly [number, ...number[]];
    const made = known.get(key) ?? (rest.length === 0 ? pick(first) : or(anyOf([first]), anyOf(rest)));
    known.set(key, made);
    return made;
  };
  const or = (a: Value, b: Value): Value => edit.node("onnx.Or", [a, b]).outputs[0]!;
  return { input, anyOf };
}
