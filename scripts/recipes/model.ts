/** What both exported models have in common. */
import { attr, createModel, type Graph, type Model } from "@pare/ir";
import { add, type Writer, weight } from "../quickstart/export.ts";

export function modelOf(graph: Graph): Model {
  return createModel({
    graph,
    opsets: new Map([["onnx", 17]]),
    formatVersion: 8,
    producer: { name: "pare-recipes", version: "1" },
  });
}

/** A dense layer as training frameworks write it: weights [to, from], turned round by the node. Gives its output. */
export function gemm(writer: Writer, name: string, [from, to]: readonly [number, number], x: string): string {
  const values = writer.values.get(`${name}.weight`)!;
  const turned = values.map((_, i) => values[(i % from) * to + Math.floor(i / from)]!);
  const inputs = [
    x,
    weight(writer, `${name}.weight`, [to, from], turned),
    weight(writer, `${name}.bias`, [to], writer.values.get(`${name}.bias`)!),
  ];
  return add(writer, "Gemm", `/${name}/Gemm`, inputs, { transB: attr.int(1) });
}
