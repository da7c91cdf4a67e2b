import { type Node, type OpName, onlyConsumer, type Value } from "@pare/ir";
import { uniformOf } from "./constants.ts";
import type { Scene } from "./scene.ts";

/** The node that makes the value, if it is of this operator and in the graph of `user`. */
export function madeBy(value: Value | undefined, op: OpName, user: Node): Node | undefined {
  const node = value?.origin.kind === "output" ? value.origin.node : undefined;
  return node?.op === op && node.graph === user.graph ? node : undefined;
}

/** The same, where nothing else reads the value. */
export function madeOnlyFor(value: Value | undefined, op: OpName, user: Node): Node | undefined {
  const node = madeBy(value, op, user);
  return node !== undefined && value !== undefined && onlyConsumer(value) === user ? node : undefined;
}

/** The two operands of a commutative node as a constant number and the other value, in whichever order. */
export function withScalar(node: Node | undefined, scene: Scene): { data: Value; scalar: number } | undefined {
  const [left, right] = node?.inputs ?? [];
  for (const [data, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const scalar = scalarOf(other, scene);
    if (data !== undefined && scalar !== undefined && scene.constant(data) === undefined) return { data, scalar };
  }
  return undefined;
}

/** A constant of one element. */
export function scalarOf(value: Value | undefined, scene: Scene): number | undefined {
  return uniformOf(scene.constant(value), 1);
}

/** Equal up to the rounding of a float32 constant. */
export function isAbout(value: number | undefined, wanted: number): boolean {
  return value !== undefined && Math.abs(value - wanted) <= 1e-6 * Math.abs(wanted);
}
