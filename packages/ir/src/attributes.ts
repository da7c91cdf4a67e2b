import { bigints, type Tensor } from "@pare/tensor";
import { attributeKindError } from "./errors.ts";
import type { Attr, Attrs, Graph, Node, ValueType } from "./types.ts";

/** Makes attributes: `attr.ints([1, 1])`. */
export const attr = {
  int: (value: number | bigint): Attr => ({ kind: "int", value: BigInt(value) }),
  ints: (values: readonly (number | bigint)[]): Attr => ({ kind: "ints", values: values.map(BigInt) }),
  float: (value: number): Attr => ({ kind: "float", value: Math.fround(value) }),
  floats: (values: readonly number[]): Attr => ({ kind: "floats", values: values.map(Math.fround) }),
  string: (value: string): Attr => ({ kind: "string", value: new TextEncoder().encode(value) }),
  strings: (values: readonly string[]): Attr => ({
    kind: "strings",
    values: values.map((value) => new TextEncoder().encode(value)),
  }),
  tensor: (tensor: Tensor): Attr => ({ kind: "tensor", tensor }),
  graph: (graph: Graph): Attr => ({ kind: "graph", graph }),
  type: (type: ValueType): Attr => ({ kind: "type", type }),
};

export function attrsOf(entries: Readonly<Record<string, Attr | undefined>>): Attrs {
  const pairs = Object.entries(entries).filter((pair): pair is [string, Attr] => pair[1] !== undefined);
  return new Map(pairs);
}

/** `attrs` with some replaced, or dropped where given as undefined. */
export function withAttrs(attrs: Attrs, changes: Readonly<Record<string, Attr | undefined>>): Attrs {
  const result = new Map(attrs);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) result.delete(name);
    else result.set(name, value);
  }
  return result;
}

/** An integer attribute. Values beyond ±2^53 become ±Infinity's nearest safe integer: "to the end" in old Slice. */
export function intAttr(node: Node, name: string): number | undefined;
export function intAttr(node: Node, name: string, fallback: number): number;
export function intAttr(node: Node, name: string, fallback?: number): number | undefined {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "int") throw kindError(node, name, "int", found);
  return safe(found.value);
}

export function intsAttr(node: Node, name: string): readonly number[] | undefined {
  const found = node.attrs.get(name);
  if (found === undefined) return undefined;
  if (found.kind !== "ints") throw kindError(node, name, "ints", found);
  return found.values.map(safe);
}

export function floatAttr(node: Node, name: string): number | undefined;
export function floatAttr(node: Node, name: string, fallback: number): number;
export function floatAttr(node: Node, name: string, fallback?: number): number | undefined {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "float") throw kindError(node, name, "float", found);
  return found.value;
}

export function floatsAttr(node: Node, name: string): readonly number[] | undefined {
  const found = node.attrs.get(name);
  if (found === undefined) return undefined;
  if (found.kind !== "floats") throw kindError(node, name, "floats", found);
  return found.values;
}

export function stringAttr(node: Node, name: string): string | undefined;
export function stringAttr(node: Node, name: string, fallback: string): string;
export function stringAttr(node: Node, name: string, fallback?: string): string | undefined {
  const found = node.attrs.get(name);
  if (found === undefined) return fallback;
  if (found.kind !== "string") throw kindError(node, name, "string", found);
  return new TextDecoder().decode(found.value);
}

export function tensorAttr(node: Node, name: string): Tensor | undefined {
  const found = node.attrs.get(name);
  if (found === undefined) return undefined;
  if (found.kind !== "tensor") throw kindError(node, name, "tensor", found);
  return found.tensor;
}

export function graphAttr(node: Node, name: string): Graph | undefined {
  const found = node.attrs.get(name);
  if (found === undefined) return undefined;
  if (found.kind !== "graph") throw kindError(node, name, "graph", found);
  return found.graph;
}

/** The integers of a small constant, saturated like integer attributes. */
export function safeInts(tensor: Tensor): number[] {
  return bigints(tensor).map(safe);
}

function safe(value: bigint): number {
  if (value > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  if (value < Number.MIN_SAFE_INTEGER) return Number.MIN_SAFE_INTEGER;
  return Number(value);
}

function kindError(node: Node, name: string, expected: string, found: Attr) {
  return attributeKindError(describeNode(node), name, expected, found.kind);
}

/** How messages name a node: `Conv "conv1"`, or by its first output where it has no name. */
export function describeNode(node: Node): string {
  const label = node.name !== "" ? node.name : (node.outputs.find((output) => output.name !== "")?.name ?? "");
  return `${node.type} "${label}"`;
}
