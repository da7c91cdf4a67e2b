import type { Attr, Attrs, ModelFunction, Node } from "@pare/ir";

/** The attributes that a call gives a function, its defaults included. */
export function callAttributes(fn: ModelFunction, call: Node): Attrs {
  return new Map([...fn.defaults, ...call.attrs]);
}

/** A node of a function's body as a call makes it: references to the function's attributes replaced by their values. */
export function boundNode(node: Node, given: Attrs | undefined): Node {
  if (given === undefined || ![...node.attrs.values()].some((attr) => attr.kind === "reference")) return node;
  const attrs = new Map<string, Attr>();
  for (const [name, attr] of node.attrs) {
    const value = attr.kind === "reference" ? given.get(attr.name) : attr;
    if (value !== undefined) attrs.set(name, value);
  }
  const { domain, type, overload, inputs, outputs, graph, madeBy, carried } = node;
  return { name: node.name, op: node.op, domain, type, overload, inputs, outputs, attrs, graph, madeBy, carried };
}
