import { isReplaceable, type Node, type Value } from "@pare/ir";
import { equalDims } from "@pare/ops";
import type { Scene } from "./scene.ts";

/**
 * Lets the users of a node's first output read `from` instead, and drops the node. False where the output must stay (a
 * graph output that an input or a constant cannot be) or another output is used.
 */
export function bypass(node: Node, from: Value | undefined, scene: Scene, text: string): boolean {
  const [to, ...others] = node.outputs;
  if (from === undefined || to === undefined || others.some((other) => other.uses.size > 0)) return false;
  if (!isReplaceable(to, from)) return false;
  return scene.rewrite(node, text, (edit) => {
    scene.replace(edit, to, from);
    return [to];
  });
}

/** Both shapes are known and equal, whatever the symbols are. */
export function sameShape(a: Value | undefined, b: Value | undefined, scene: Scene): boolean {
  return equalShapes(scene.shape(a), scene.shape(b));
}

type Shape = ReturnType<Scene["shape"]>;

export function equalShapes(a: Shape, b: Shape): boolean {
  return (
    a !== undefined && b !== undefined && a.length === b.length && a.every((dim, i) => equalDims(dim, b[i]) === true)
  );
}

/** Whether only such nodes of the same graph read the value: rewriting all of them leaves its producer without a use. */
export function servesOnly(value: Value, isSuch: (node: Node) => boolean): boolean {
  for (const use of value.uses)
    if (use.kind === "output" || use.node.graph !== value.graph || use.slot !== 0 || !isSuch(use.node)) return false;
  return true;
}
