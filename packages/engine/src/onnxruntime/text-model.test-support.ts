import { type Attr, type Graph, parseModel, type ValueType } from "@pare/ir";
import { type DType, tensorBytes } from "@pare/tensor";
import onnxProto from "onnx-proto";
import type { ModelSource } from "./model-source.ts";

const codes: Partial<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  int4: 22,
};
const { onnx } = onnxProto;

export function model(text: string): ModelSource {
  const parsed = parseModel(text);
  const proto = {
    irVersion: parsed.formatVersion,
    opsetImport: [...parsed.opsets].map(([domain, version]) => ({ domain: domain === "onnx" ? "" : domain, version })),
    graph: graphOf(parsed.graph),
  };
  return { bytes: onnx.ModelProto.encode(onnx.ModelProto.fromObject(proto)).finish() };
}
function graphOf(graph: Graph): object {
  return {
    name: graph.name,
    input: graph.inputs.map((v) => ({ name: v.name, type: typeOf(v.type) })),
    output: graph.outputs.map((v) => ({ name: v.name, type: typeOf(v.type) })),
    initializer: [...graph.values].flatMap((v) =>
      v.origin.kind === "constant"
        ? [
            {
              name: v.name,
              dims: v.origin.tensor.shape,
              dataType: codes[v.origin.tensor.dtype],
              rawData: tensorBytes(v.origin.tensor),
            },
          ]
        : [],
    ),
    node: [...graph.nodes].map((n) => ({
      name: n.name,
      opType: n.type,
      domain: n.domain === "onnx" ? "" : n.domain,
      input: n.inputs.map((v) => v?.name ?? ""),
      output: n.outputs.map((v) => v.name),
      attribute: [...n.attrs].map(([name, a]) => attrOf(name, a)),
    })),
  };
}
function attrOf(name: string, a: Attr): object {
  if (a.kind === "graph") return { name, type: 5, g: graphOf(a.graph) };
  if (a.kind === "int") return { name, type: 2, i: Number(a.value) };
  if (a.kind === "ints") return { name, type: 7, ints: a.values.map(Number) };
  throw new Error(a.kind);
}
function typeOf(type: ValueType | undefined): object | undefined {
  if (type?.kind === "sequence") return { sequenceType: { elemType: typeOf(type.element) } };
  if (type?.kind !== "tensor") return undefined;
  return {
    tensorType: {
      elemType: codes[type.dtype!],
      ...(type.shape && {
        shape: { dim: type.shape.map((d) => (typeof d === "number" ? { dimValue: d } : { dimParam: d })) },
      }),
    },
  };
}
