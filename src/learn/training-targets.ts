import type { Target } from "@pare/data";
import { type Tensor, tensorOf } from "@pare/tensor";
import { unlikeTargetsError } from "./errors.ts";

/**
 * The labels of a batch as one tensor: class indices int64 [batch], values float32 [batch, n], next tokens int64
 * [batch, length]. Undefined where no sample has one. @throws LEARN_TARGET
 */
export function targetTensor(targets: readonly (Target | undefined)[], ids: readonly string[]): Tensor | undefined {
  const [first] = targets;
  const rows = targets.map(rowOf);
  for (const [i, target] of targets.entries())
    if (textOf(target) !== textOf(first)) throw unlikeTargetsError(ids[i]!, textOf(first), textOf(target));
  const batch = targets.length;
  switch (first?.kind) {
    case undefined:
      return undefined;
    case "class":
      return tensorOf("int64", [batch], rows.flat().map(BigInt));
    case "values":
      return tensorOf("float32", [batch, first.values.length], rows.flat());
    case "tokens":
      return tensorOf("int64", [batch, first.ids.length], rows.flat().map(BigInt));
  }
}

function rowOf(target: Target | undefined): readonly number[] {
  switch (target?.kind) {
    case undefined:
      return [];
    case "class":
      return [target.index];
    case "values":
      return [...target.values];
    case "tokens":
      return [...target.ids];
  }
}

function textOf(target: Target | undefined): string {
  if (target === undefined) return "no label";
  const [one, many] = target.kind === "tokens" ? ["token", "tokens"] : ["value", "values"];
  const count = rowOf(target).length;
  return target.kind === "class" ? "a class" : `${count} ${count === 1 ? one : many}`;
}
