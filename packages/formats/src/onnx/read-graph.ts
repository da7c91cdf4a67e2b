import { createGraphBuilder, type Graph, type GraphBuilder, type ValueType } from "@pare/ir";
import type { Tensor } from "@pare/tensor";
import { contentError, depthError, tooManyError } from "../errors.ts";
import type { ExternalFiles } from "./external-files.ts";
import type { Message } from "./message.ts";
import { GraphOrigin, NodeOrigin } from "./origin.ts";
import { readAttributes } from "./read-attribute.ts";
import { readEntries } from "./read-entries.ts";
import { readSparseTensor, readTensor } from "./read-tensor.ts";
import { readType } from "./read-type.ts";
import { type FieldSpec, schema } from "./schema.ts";
import { domainName } from "./text.ts";

const proto = schema.GraphProto;
const deepestGraph = 64;
const mostNodes = 1 << 20;

/** What is shared while one model is read. */
export interface Reading {
  readonly files: ExternalFiles;
  nodeCount: number;
}

interface ValueInfo {
  readonly name: string;
  readonly type: ValueType | undefined;
}

/** A GraphProto and the graphs inside it. @throws ONNX_BYTES, ONNX_CONTENT, ONNX_DEPTH, ONNX_TENSOR, GRAPH_… */
export function readGraph(message: Message, reading: Reading, outer?: { builder: GraphBuilder; depth: number }): Graph {
  const name = message.text(proto.name) ?? "";
  const depth = (outer?.depth ?? 0) + 1;
  if (depth > deepestGraph) throw depthError(`${message.place} in ${message.wire.name}`, "graphs", deepestGraph);
  const origin = new GraphOrigin(message.wire, message.spans, name);
  const builder = outer?.builder.subgraph(name, origin) ?? createGraphBuilder(name, origin);
  const infos = readInfos(message, proto.value_info, "value_info");
  const inputs = readInfos(message, proto.input, "input");
  addInputsAndConstants(message, reading, builder, { inputs, infos });
  for (const { name, type } of infos) builder.declare(name, type);
  readNodes(message, proto.node, reading, builder, depth);
  const outputs = readInfos(message, proto.output, "output");
  const graph = builder.finish(outputs);
  for (const [i, output] of outputs.entries()) origin.types.set(output.name, graph.outputs[i]?.type);
  recordInfos(graph, origin, [...inputs, ...infos]);
  origin.hasValueInfo = infos.length > 0;
  recordAnnotations(message, graph, origin);
  return graph;
}

/** Remembers the types that the values have now: what differs later was changed. */
export function recordInfos(graph: Graph, origin: GraphOrigin, infos: readonly ValueInfo[]): void {
  for (const { name } of infos) {
    const value = graph.value(name);
    if (value === undefined) origin.dangling.add(name);
    else if (!origin.types.has(name)) origin.types.set(name, value.type);
  }
}

function recordAnnotations(message: Message, graph: Graph, origin: GraphOrigin): void {
  for (const name of annotatedNames(message)) if (graph.value(name) === undefined) origin.dangling.add(name);
}

function* annotatedNames(message: Message): Generator<string> {
  const { tensor_name, quant_parameter_tensor_names } = schema.TensorAnnotation;
  for (const field of message.all(proto.quantization_annotation)) {
    const annotation = message.wire.message([field], "TensorAnnotation", message.place);
    yield annotation.text(tensor_name) ?? "";
    yield* readEntries(annotation, quant_parameter_tensor_names).values();
  }
}

export function readInfos(message: Message, spec: FieldSpec, label: string): ValueInfo[] {
  return Array.from(message.listed(spec), (field, i) => {
    const info = message.wire.message([field], "ValueInfoProto", `${message.place}.${label}[${i}]`);
    const name = info.text(schema.ValueInfoProto.name) ?? "";
    const type = info.child(schema.ValueInfoProto.type, ` ${JSON.stringify(name)}`);
    return { name, type: type && readType(type) };
  });
}

function addInputsAndConstants(
  message: Message,
  { files }: Reading,
  builder: GraphBuilder,
  { inputs, infos }: { inputs: readonly ValueInfo[]; infos: readonly ValueInfo[] },
): void {
  const initial = new Map<string, Tensor>();
  for (const part of parts(message, proto.initializer, "initializer")) {
    const { name, tensor } = readTensor(part, files);
    checkName(part, name);
    if (initial.has(name)) throw contentError(at(part), `a second initializer has the name ${JSON.stringify(name)}`);
    initial.set(name, tensor);
  }
  const types = new Map(infos.map(({ name, type }) => [name, type]));
  for (const { name, type } of inputs) {
    builder.input({ name, type, initial: initial.get(name) });
    initial.delete(name);
  }
  for (const [name, tensor] of initial) builder.constant({ name, tensor, type: types.get(name) });
  for (const part of parts(message, proto.sparse_initializer, "sparse_initializer")) {
    const { name, tensor } = readSparseTensor(part, files);
    checkName(part, name);
    builder.sparseConstant({ name, tensor });
  }
}

function* parts(message: Message, spec: Parameters<Message["child"]>[0], label: string): Generator<Message> {
  let i = 0;
  for (const field of message.listed(spec))
    yield message.wire.message([field], spec.kind, `${message.place}.${label}[${i++}]`);
}

const at = (message: Message) => `${message.place} in ${message.wire.name}`;

function checkName(message: Message, name: string): void {
  if (name === "") throw contentError(at(message), "it has no name");
}

/** The nodes of a graph or a function's body. */
export function readNodes(
  message: Message,
  spec: FieldSpec & { readonly kind: "NodeProto" },
  reading: Reading,
  builder: GraphBuilder,
  depth: number,
): void {
  let i = 0;
  for (const field of message.all(spec)) {
    if (++reading.nodeCount > mostNodes) throw tooManyError(message.wire.name, "nodes", mostNodes);
    readNode(message.wire.message([field], spec.kind, `${message.place}.node[${i++}]`), reading, builder, depth);
  }
}

function readNode(message: Message, reading: Reading, builder: GraphBuilder, depth: number): void {
  const fields = schema.NodeProto;
  const name = message.text(fields.name) ?? "";
  const named = name === "" ? message : message.named(`${message.place} ${JSON.stringify(name)}`);
  const type = message.text(fields.op_type) ?? "";
  if (type === "") throw contentError(at(named), "the node has no operator type");
  const graph = (inner: Message) => readGraph(inner, reading, { builder, depth });
  const node = {
    name,
    type,
    domain: domainName(message.text(fields.domain) ?? ""),
    overload: message.text(fields.overload) ?? "",
    inputs: message.texts(fields.input),
    outputs: message.texts(fields.output),
    attrs: readAttributes(named, fields.attribute, { files: reading.files, graph }),
  };
  builder.node({ ...node, carried: new NodeOrigin(message.wire, message.spans[0]!, node) });
}
