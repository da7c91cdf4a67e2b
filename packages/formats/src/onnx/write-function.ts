import { type Attr, attr, type Graph, type ModelFunction } from "@pare/ir";
import { changeText, changeTexts, type FieldChange, layout } from "./layout.ts";
import type { Message } from "./message.ts";
import { FunctionOrigin } from "./origin.ts";
import { Rope } from "./rope.ts";
import { type FieldSpec, schema } from "./schema.ts";
import { domainInFile } from "./text.ts";
import { changeOpsets } from "./write-entries.ts";
import { changeNodes, Infos, originOf } from "./write-graph.ts";
import { changeAttrs, encodeAttribute, sameAttrs } from "./write-node.ts";
import type { Writing } from "./writing.ts";

const proto = schema.FunctionProto;

/** A FunctionProto. Constants of its body become nodes in front of the others: a function has no initializers. */
export function encodeFunction(item: ModelFunction, writing: Writing): Rope {
  const origin = item.carried instanceof FunctionOrigin ? item.carried : undefined;
  const before = writing.reuse ? origin : undefined;
  const message = before?.wire.message(before.spans, "FunctionProto", "function");
  const { body } = item;
  const changes: FieldChange[] = [
    ...texts(message, proto.name, item.name === "" ? [] : [item.name]),
    ...texts(
      message,
      proto.input,
      body.inputs.map(({ name }) => name),
    ),
    ...texts(
      message,
      proto.output,
      body.outputs.map(({ name }) => name),
    ),
    ...texts(message, proto.attribute, item.attributes),
    changeNodes(proto.node, body, origin, writing, [...constantNodes(body, writing)]),
    changeOpsets(proto.opset_import, item.opsets, before?.opsets, origin),
    new Infos(body, originOf(body), writing).changeValueInfo(proto.value_info),
  ];
  if (before?.domain !== item.domain) changes.push(changeText(proto.domain, domainInFile(item.domain)));
  if (before?.overload !== item.overload) changes.push(changeText(proto.overload, item.overload));
  if (!before || !sameAttrs(item.defaults, before.defaults))
    changes.push(changeAttrs(proto.attribute_proto, item.defaults, origin, writing));
  return layout(origin, changes);
}

/** Nothing where the list is as it was read. */
function texts(message: Message | undefined, spec: FieldSpec, now: readonly string[]): FieldChange[] {
  const before = message?.texts(spec);
  const isSame = before?.length === now.length && now.every((text, i) => text === before[i]);
  return isSame ? [] : [changeTexts(spec, now)];
}

function* constantNodes(body: Graph, writing: Writing): Generator<Rope> {
  for (const { name, origin } of body.values) {
    if (origin.kind === "constant") yield constantNode(name, attr.tensor(origin.tensor), "value", writing);
    if (origin.kind === "sparse-constant")
      yield constantNode(name, { kind: "sparse-tensor", tensor: origin.tensor }, "sparse_value", writing);
  }
}

function constantNode(name: string, value: Attr, attribute: string, writing: Writing): Rope {
  const { output, op_type, attribute: attributes } = schema.NodeProto;
  const rope = new Rope().text(output, name).text(op_type, "Constant");
  return rope.field(attributes, encodeAttribute(attribute, value, writing));
}
