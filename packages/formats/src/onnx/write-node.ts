import type { Attr, Attrs, Node } from "@pare/ir";
import {
  asRead,
  change,
  changeInt,
  changeOne,
  changeText,
  changeTexts,
  dropped,
  type FieldChange,
  layout,
} from "./layout.ts";
import { attrOrigins, NodeOrigin, type Origin } from "./origin.ts";
import { attributeKinds } from "./read-attribute.ts";
import { Rope } from "./rope.ts";
import { type FieldSpec, schema } from "./schema.ts";
import { domainInFile } from "./text.ts";
import { encodeGraph } from "./write-graph.ts";
import { encodeSparseTensor, encodeTensor } from "./write-tensor.ts";
import { encodeType } from "./write-type.ts";
import type { Writing } from "./writing.ts";

const proto = schema.NodeProto;
const attribute = schema.AttributeProto;

/** A NodeProto. A node that is as it was read is written as its bytes. */
export function encodeNode(node: Node, writing: Writing): Rope {
  const origin = node.carried instanceof NodeOrigin ? node.carried : undefined;
  const before = writing.reuse ? origin : undefined;
  const inputs = node.inputs.map((value) => value?.name ?? "");
  const outputs = node.outputs.map(({ name }) => name);
  const changes: FieldChange[] = [];
  if (!before || !sameList(inputs, before.inputs)) changes.push(changeTexts(proto.input, inputs));
  if (!before || !sameList(outputs, before.outputs)) changes.push(changeTexts(proto.output, outputs));
  if (before?.name !== node.name) changes.push(changeText(proto.name, node.name));
  if (before?.type !== node.type) changes.push(changeText(proto.op_type, node.type));
  if (!before || !sameAttrs(node.attrs, before.attrs))
    changes.push(changeAttrs(proto.attribute, node.attrs, origin, writing));
  if (before?.domain !== node.domain) changes.push(changeText(proto.domain, domainInFile(node.domain)));
  if (before?.overload !== node.overload) changes.push(changeText(proto.overload, node.overload));
  return before && changes.length === 0 ? asRead(before) : layout(origin, changes);
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Attributes that hold graphs or tensors must be looked into: a graph may have changed, data may have moved. */
export function sameAttrs(now: Attrs, before: Attrs): boolean {
  if (now.size !== before.size) return false;
  for (const [name, attr] of now) if (before.get(name) !== attr || isCompound(attr)) return false;
  return true;
}

function isCompound({ kind }: Attr): boolean {
  return kind === "graph" || kind === "graphs" || kind.includes("tensor");
}

/** A list of AttributeProto. Each keeps the place of the one that had its name. */
export function changeAttrs(spec: FieldSpec, attrs: Attrs, origin: Origin | undefined, writing: Writing): FieldChange {
  const items = Array.from(attrs, ([name, attr]) => ({ name, attr }));
  const byName = new Map(items.map((item) => [item.name, item]));
  return change(spec, {
    items,
    match: (field) =>
      byName.get(origin?.wire.message([field], "AttributeProto", "attribute").text(attribute.name) ?? ""),
    payload: ({ name, attr }) => encodeAttribute(name, attr, writing),
  });
}

export function encodeAttribute(name: string, attr: Attr, writing: Writing): Rope {
  const origin = attrOrigins.get(attr);
  const isKnown = origin !== undefined && writing.reuse;
  const changes: FieldChange[] = isKnown && origin.name === name ? [] : [changeText(attribute.name, name)];
  const compound = changeCompound(attr, writing);
  if (compound !== undefined) changes.push(compound);
  if (isKnown) return changes.length === 0 ? asRead(origin) : layout(origin, changes);
  const { number, field } = kindOf(attr);
  const reference = attr.kind === "reference" ? attr.name : "";
  if (compound === undefined) changes.push(dropped(field));
  changes.push(changeText(attribute.ref_attr_name, reference), changeInt(attribute.type, number));
  return layout(origin, changes).rope(encodeSimple(attr));
}

function kindOf(attr: Attr): (typeof attributeKinds)[number] {
  const name = attr.kind === "reference" ? attr.of : attr.kind;
  return attributeKinds.find(({ kind }) => kind === name)!;
}

/** The values of an attribute without tensors and graphs. */
function encodeSimple(attr: Attr): Rope {
  const rope = new Rope();
  switch (attr.kind) {
    case "int":
      return rope.int(attribute.i, attr.value);
    case "float":
      return rope.tag(attribute.f, 5).float(attr.value);
    case "string":
      return rope.bytesField(attribute.s, attr.value);
    case "ints":
      return attr.values.reduce((list: Rope, value) => list.int(attribute.ints, value), rope);
    case "floats":
      return attr.values.reduce((list: Rope, value) => list.tag(attribute.floats, 5).float(value), rope);
    case "strings":
      return attr.values.reduce((list: Rope, value) => list.bytesField(attribute.strings, value), rope);
    default:
      return rope;
  }
}

function changeCompound(attr: Attr, writing: Writing): FieldChange | undefined {
  switch (attr.kind) {
    case "tensor":
      return changeOne(attribute.t, attr.tensor, (tensor) => encodeTensor(tensor, writing));
    case "tensors":
      return changeList(attribute.tensors, attr.tensors, (tensor) => encodeTensor(tensor, writing));
    case "sparse-tensor":
      return changeOne(attribute.sparse_tensor, attr.tensor, (sparse) => encodeSparseTensor(sparse, writing));
    case "sparse-tensors":
      return changeList(attribute.sparse_tensors, attr.tensors, (sparse) => encodeSparseTensor(sparse, writing));
    case "graph":
      return changeOne(attribute.g, attr.graph, (graph) => encodeGraph(graph, writing));
    case "graphs":
      return changeList(attribute.graphs, attr.graphs, (graph) => encodeGraph(graph, writing));
    case "type":
      return changeOne(attribute.tp, attr.type, (type) => encodeType(type, writing.reuse));
    case "types":
      return changeList(attribute.type_protos, attr.types, (type) => encodeType(type, writing.reuse));
    default:
      return undefined;
  }
}

/** A list whose members stand where they stood. */
function changeList<T>(spec: FieldSpec, values: readonly T[], payload: (value: T) => Rope): FieldChange {
  const items = values.map((value) => ({ value }));
  let at = 0;
  return change(spec, { items, ordered: true, match: () => items[at++], payload: ({ value }) => payload(value) });
}
