import { statSync } from "node:fs";
import { dirname } from "node:path";
import { isPareError, PareError } from "@pare/error";
import { createGraphBuilder, createModel, type Model, type ModelFunction } from "@pare/ir";
import { type ByteSource, FileSource } from "@pare/tensor";
import { contentError, modelMissingError } from "../errors.ts";
import { checkMagic } from "./../sniff.ts";
import { checkMessages } from "./check-message.ts";
import { ExternalFiles } from "./external-files.ts";
import type { Message } from "./message.ts";
import { FunctionOrigin, GraphOrigin, ModelOrigin } from "./origin.ts";
import { readAttributes } from "./read-attribute.ts";
import { readEntries, readOpsets } from "./read-entries.ts";
import { type Reading, readGraph, readInfos, readNodes, recordInfos } from "./read-graph.ts";
import { schema } from "./schema.ts";
import { domainName } from "./text.ts";
import { WireReader } from "./wire.ts";

const proto = schema.ModelProto;

/**
 * Reads an ONNX file of IR version 1 to 14. Weights are not read: tensors refer to their bytes in the file, which stays
 * open as long as one of them is in use.
 * @throws MODEL_MISSING, MODEL_FORMAT, ONNX_…, GRAPH_…
 */
export function readModel(path: string): Model {
  return readModelFrom(openModelFile(path), { path });
}

/**
 * `path`: what errors call the model, and the file whose folder holds external data. `areWeightsAbsent`: external data is
 * not looked for; whoever reads such a tensor gets the error then.
 */
export function readModelFrom(
  source: ByteSource,
  { path, areWeightsAbsent = false }: { readonly path?: string; readonly areWeightsAbsent?: boolean } = {},
): Model {
  const wire = new WireReader(source, path ?? "the model");
  const files = new ExternalFiles(path === undefined ? undefined : dirname(path), { areAbsent: areWeightsAbsent });
  try {
    return readModelMessage(wire, { files, nodeCount: 0 }, path);
  } catch (error) {
    checkMagic(source, wire.name);
    throw isPareError(error) ? inFile(error, wire.name) : error;
  }
}

/** @throws MODEL_MISSING also for what is no regular file: reading a pipe would wait for ever. */
export function openModelFile(path: string): FileSource {
  try {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) throw modelMissingError(path, "there is no such file");
    if (stat.isDirectory()) throw modelMissingError(path, "it is a folder");
    if (!stat.isFile()) throw modelMissingError(path, "it is no regular file");
    return new FileSource(path);
  } catch (error) {
    if (isPareError(error)) throw error;
    throw modelMissingError(path, error instanceof Error ? error.message : String(error));
  }
}

/** Errors of the graph builder do not know the file. */
function inFile(error: PareError, file: string): PareError {
  const at = error.fault.at ?? "the graph";
  if (!error.fault.code.startsWith("GRAPH_")) return error;
  return new PareError({ ...error.fault, at: `${at} in ${file}` }, { cause: error });
}

function readModelMessage(wire: WireReader, reading: Reading, path: string | undefined): Model {
  const span = { from: 0, to: wire.source.size };
  const message = wire.message([span], "ModelProto", "model");
  const formatVersion = message.int(proto.ir_version) ?? 0;
  const graphMessage = message.child(proto.graph, "");
  if (graphMessage === undefined) throw contentError(wire.name, "it holds no graph", { expected: "an ONNX model" });
  const opsets = opsetsOf(message, formatVersion);
  const metadata = readEntries(message, proto.metadata_props);
  for (const spec of [proto.training_info, proto.configuration]) checkMessages(message, spec);
  const graph = readGraph(graphMessage.named("graph"), reading);
  const functions = Array.from(message.all(proto.functions), (field, i) =>
    readFunction(wire.message([field], "FunctionProto", `functions[${i}]`), reading),
  );
  const external = reading.files.used;
  const carried = new ModelOrigin(wire, span, { path, formatVersion, opsets, metadata, external });
  const producer = {
    name: message.text(proto.producer_name) ?? "",
    version: message.text(proto.producer_version) ?? "",
  };
  return createModel({ graph, opsets, functions, metadata, format: "onnx", formatVersion, producer, carried });
}

/** Files before IR version 3 know one set of operators and do not name it. */
function opsetsOf(message: Message, formatVersion: number): ReadonlyMap<string, number> {
  if (message.has(proto.opset_import)) return readOpsets(message, proto.opset_import);
  if (formatVersion < 3) return new Map([["onnx", 1]]);
  throw contentError(message.wire.name, "it does not say which operator sets it uses", { expected: "opset_import" });
}

function readFunction(message: Message, reading: Reading): ModelFunction {
  const fields = schema.FunctionProto;
  const name = message.text(fields.name) ?? "";
  const named = message.named(`${message.place} ${JSON.stringify(name)}`);
  const origin = new GraphOrigin(message.wire, message.spans, name);
  const builder = createGraphBuilder(name, origin);
  for (const input of message.texts(fields.input)) builder.input({ name: input });
  const infos = readInfos(named, fields.value_info, "value_info");
  for (const info of infos) builder.declare(info.name, info.type);
  readNodes(named, fields.node, reading, builder, 1);
  const graph = (inner: Message) => readGraph(inner, reading, { builder, depth: 1 });
  const defaults = readAttributes(named, fields.attribute_proto, { files: reading.files, graph });
  const body = builder.finish(message.texts(fields.output).map((output) => ({ name: output })));
  recordInfos(body, origin, infos);
  origin.hasValueInfo = infos.length > 0;
  const read = {
    domain: domainName(message.text(fields.domain) ?? ""),
    name,
    overload: message.text(fields.overload) ?? "",
    attributes: message.texts(fields.attribute),
    opsets: readOpsets(message, fields.opset_import),
  };
  const carried = new FunctionOrigin(message.wire, message.spans[0]!, { ...read, defaults });
  return { ...read, defaults, body, carried };
}
