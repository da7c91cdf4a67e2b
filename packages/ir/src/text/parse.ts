import { createGraphBuilder } from "../builder.ts";
import { createModel } from "../model.ts";
import { splitOpName } from "../names.ts";
import type { Attr, Graph, GraphBuilder, Model, ModelFunction, ValueType } from "../types.ts";
import { parseAttribute, parseTensor, parseType } from "./parse-value.ts";
import { Scanner } from "./scanner.ts";

/**
 * Reads the text form of a model, which follows ONNX's own text syntax:
 *
 *   <ir_version: 8, opset_import: ["" : 17]>
 *   main (float[N, 4] x) => (float[N, 2] y) <float[4, 2] w = random(1)> {
 *     y = MatMul (x, w)
 *   }
 *
 * `float` is a scalar, `float[]` of unknown rank, `x` alone undeclared. The header may be left out (IR 8, opset 17). Names that are no words stand in quotes. Beyond ONNX's syntax, constants
 * may be written `random(seed)` and `splat(value)`, attributes that are graphs begin with the word `graph`.
 * @throws TEXT_SYNTAX with line and column
 */
export function parseModel(text: string): Model {
  const scanner = new Scanner(text);
  const header = parseHeader(scanner);
  const graph = parseGraph(scanner, createGraphBuilder);
  const functions: ModelFunction[] = [];
  while (!scanner.isAtEnd) functions.push(parseFunction(scanner));
  return createModel({
    graph,
    functions,
    opsets: header.opsets ?? new Map([["onnx", 17]]),
    formatVersion: header.irVersion ?? 8,
    producer: { name: header.producer ?? "", version: "" },
    metadata: header.metadata ?? new Map(),
  });
}

interface Header {
  irVersion?: number;
  opsets?: ReadonlyMap<string, number>;
  producer?: string;
  domain?: string;
  overload?: string;
  metadata?: ReadonlyMap<string, string>;
}

function parseHeader(scanner: Scanner): Header {
  const header: Header = {};
  if (!scanner.comesNext("<")) return header;
  scanner.list("<", ">", () => {
    const key = scanner.word();
    scanner.expect(":");
    if (key === "ir_version") header.irVersion = Number(scanner.number());
    else if (key === "opset_import") header.opsets = new Map(pairs(scanner, () => Number(scanner.number()), domainOf));
    else if (key === "producer_name") header.producer = scanner.string();
    else if (key === "domain") header.domain = scanner.string();
    else if (key === "overload") header.overload = scanner.string();
    else if (key === "metadata_props") header.metadata = new Map(pairs(scanner, () => scanner.string()));
    else throw scanner.error(`"${key}" is no field of a header`);
  });
  return header;
}

function pairs<T>(scanner: Scanner, value: () => T, key = (text: string) => text): [string, T][] {
  return scanner.list("[", "]", () => {
    const name = key(scanner.string());
    scanner.expect(":");
    return [name, value()];
  });
}

function domainOf(text: string): string {
  return text === "" ? "onnx" : text;
}

/** `name (inputs) => (outputs) <constants and declarations> { nodes }` */
export function parseGraph(scanner: Scanner, begin: (name: string) => GraphBuilder): Graph {
  const builder = begin(scanner.name());
  scanner.list("(", ")", () => {
    const { name, type } = parseTyped(scanner);
    const initial = type !== undefined && scanner.accept("=") ? parseTensor(scanner, type) : undefined;
    builder.input({ name, type, initial });
  });
  scanner.expect("=>");
  const outputs = scanner.list("(", ")", () => parseTyped(scanner));
  if (scanner.comesNext("<")) {
    scanner.list("<", ">", () => {
      const { name, type } = parseTyped(scanner);
      if (type !== undefined && scanner.accept("=")) builder.constant({ name, tensor: parseTensor(scanner, type) });
      else builder.declare(name, type);
    });
  }
  parseNodes(scanner, builder);
  return builder.finish(outputs);
}

/** `float[N] x`, or `x` alone where nothing is declared of it. */
function parseTyped(scanner: Scanner): { name: string; type: ValueType | undefined } {
  if (scanner.isString()) return { name: scanner.string(), type: undefined };
  const probe = scanner.save();
  const word = scanner.word();
  if (scanner.comesNext(",") || scanner.comesNext(")") || scanner.comesNext(">"))
    return { name: word, type: undefined };
  scanner.restore(probe);
  const type = parseType(scanner);
  return { name: scanner.name(), type };
}

function parseNodes(scanner: Scanner, builder: GraphBuilder): void {
  scanner.expect("{");
  while (!scanner.accept("}")) parseNode(scanner, builder);
}

/** `[name] y, z = domain.Op <attributes> (a, , b)` */
function parseNode(scanner: Scanner, builder: GraphBuilder): void {
  let name = "";
  if (scanner.accept("[")) {
    name = scanner.name();
    scanner.expect("]");
  }
  const outputs: string[] = [];
  while (!scanner.accept("=")) {
    if (outputs.length > 0) scanner.expect(",");
    outputs.push(scanner.isName() ? scanner.name() : "");
  }
  const op = scanner.dotted();
  const { domain, type } = op.includes(".") ? splitOpName(op) : { domain: "onnx", type: op };
  const overload = scanner.accept(":") ? scanner.name() : "";
  const attrs = scanner.comesNext("<") ? scanner.list("<", ">", () => parseAttribute(scanner, builder)) : [];
  const inputs = parseArguments(scanner);
  builder.node({ domain, type, overload, name, inputs, outputs, attrs: new Map(attrs) });
}

/** Names between brackets; nothing between two commas is an input left out. */
function parseArguments(scanner: Scanner): string[] {
  scanner.expect("(");
  if (scanner.accept(")")) return [];
  const names: string[] = [];
  do names.push(scanner.isName() ? scanner.name() : "");
  while (scanner.accept(","));
  scanner.expect(")");
  return names;
}

/** `<domain: "local", opset_import: ["" : 17]> name <alpha, beta: float = 1.0> (x) => (y) { nodes }` */
function parseFunction(scanner: Scanner): ModelFunction {
  const header = parseHeader(scanner);
  const name = scanner.name();
  const builder = createGraphBuilder(name);
  const attributes: string[] = [];
  const defaults = new Map<string, Attr>();
  if (scanner.comesNext("<")) {
    scanner.list("<", ">", () => {
      const probe = scanner.save();
      const attribute = scanner.name();
      if (scanner.comesNext(",") || scanner.comesNext(">")) return attributes.push(attribute);
      scanner.restore(probe);
      return defaults.set(...parseAttribute(scanner, builder));
    });
  }
  scanner.list("(", ")", () => builder.input({ name: scanner.name() }));
  scanner.expect("=>");
  const outputs = scanner.list("(", ")", () => ({ name: scanner.name() }));
  parseNodes(scanner, builder);
  const body = builder.finish(outputs);
  const { domain = "local", overload = "", opsets = new Map([["onnx", 17]]) } = header;
  return { domain, name, overload, attributes, defaults, body, opsets, carried: undefined };
}
