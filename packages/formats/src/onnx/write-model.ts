import type { Model } from "@pare/ir";
import { neededIrVersion } from "./ir-version.ts";
import { change, changeInt, changeOne, changeText, type FieldChange, layout } from "./layout.ts";
import { FunctionOrigin, ModelOrigin } from "./origin.ts";
import type { Rope } from "./rope.ts";
import { schema } from "./schema.ts";
import { changeMetadata, changeOpsets } from "./write-entries.ts";
import { encodeFunction } from "./write-function.ts";
import { encodeGraph } from "./write-graph.ts";
import type { Writing } from "./writing.ts";

const proto = schema.ModelProto;

/** A whole file. Where nothing changed it is the file that was read, byte for byte. */
export function encodeModelMessage(model: Model, writing: Writing): Rope {
  const origin = model.carried instanceof ModelOrigin ? model.carried : undefined;
  const changes = [...changeProducer(model, writing.reuse && origin !== undefined), ...changeContents(model, writing)];
  const rope = layout(origin, changes);
  const isAsRead = origin !== undefined && rope.isRange(origin.wire.source, origin.spans[0]);
  const version = isAsRead ? model.formatVersion : Math.max(model.formatVersion, neededIrVersion(model));
  if (version === origin?.formatVersion) return rope;
  return layout(origin, [changeInt(proto.ir_version, version), ...changes]);
}

function changeProducer({ producer }: Model, isKnown: boolean): FieldChange[] {
  if (isKnown) return [];
  return [changeText(proto.producer_name, producer.name), changeText(proto.producer_version, producer.version)];
}

function changeContents(model: Model, writing: Writing): FieldChange[] {
  const origin = model.carried instanceof ModelOrigin ? model.carried : undefined;
  const before = writing.reuse ? origin : undefined;
  const graph = encodeGraph(model.graph, writing);
  const functions = model.functions.map((item) => ({ item, rope: encodeFunction(item, writing) }));
  const starts = new Map(
    functions.flatMap((entry) => {
      const { carried } = entry.item;
      return carried instanceof FunctionOrigin ? [[carried.spans[0].from, entry] as const] : [];
    }),
  );
  return [
    changeOne(proto.graph, graph, (rope) => rope),
    changeOpsets(proto.opset_import, model.opsets, before?.opsets, origin),
    changeMetadata(proto.metadata_props, model.metadata, before?.metadata, origin),
    change(proto.functions, {
      items: functions,
      ordered: true,
      match: ({ from }) => starts.get(from),
      payload: ({ rope }) => rope,
    }),
  ];
}
