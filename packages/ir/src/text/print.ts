import { bigints, dtypes, elementCount, numbers, stringBytes, type Tensor } from "@pare/tensor";
import type { Attr, Dim, Graph, Model, ModelFunction, Node, Value, ValueType } from "../types.ts";
import { dtypeText } from "./types.ts";

export interface PrintOptions {
  /** Constants with more elements print as `…`, which does not parse again. Default: all are printed. */
  readonly maxElements?: number;
}

/** The text form of a model; `parseModel` reads it. */
export function printModel(model: Model, options: PrintOptions = {}): string {
  const fields = [`ir_version: ${model.formatVersion}`, `opset_import: ${opsetText(model.opsets)}`];
  if (model.producer.name !== "") fields.push(`producer_name: ${JSON.stringify(model.producer.name)}`);
  if (model.metadata.size > 0) {
    const pairs = [...model.metadata].map(([key, value]) => `${JSON.stringify(key)} : ${JSON.stringify(value)}`);
    fields.push(`metadata_props: [${pairs.join(", ")}]`);
  }
  const functions = model.functions.map((fn) => `\n${printFunction(fn, options)}`);
  return `<${fields.join(", ")}>\n${printGraph(model.graph, options)}\n${functions.join("")}`;
}

function opsetText(opsets: ReadonlyMap<string, number>): string {
  const pairs = [...opsets].map(([domain, version]) => `"${domain === "onnx" ? "" : domain}" : ${version}`);
  return `[${pairs.join(", ")}]`;
}

export function printGraph(graph: Graph, options: PrintOptions = {}, indent = ""): string {
  const inputs = graph.inputs.map((value) => typed(value) + initialText(value, options));
  const outputs = graph.outputs.map(typed);
  const known = new Set<Value>([...graph.inputs, ...graph.outputs]);
  const inner = `${indent}  `;
  const declarations = [...graph.values].flatMap((value) => {
    if (value.origin.kind === "constant")
      return [
        `${tensorTypeText(value.origin.tensor)} ${nameText(value.name)} = ${elementsText(value.origin.tensor, options)}`,
      ];
    return value.type !== undefined && !known.has(value) ? [typed(value)] : [];
  });
  const head = `${nameText(graph.name)} (${inputs.join(", ")}) => (${outputs.join(", ")})`;
  const middle = declarations.length > 0 ? ` <\n${inner}${declarations.join(`,\n${inner}`)}\n${indent}>` : "";
  const nodes = [...graph.nodes].map((node) => `${inner}${nodeText(node, options, inner)}\n`);
  return `${head}${middle} {\n${nodes.join("")}${indent}}`;
}

function printFunction(fn: ModelFunction, options: PrintOptions): string {
  const fields = [`domain: ${JSON.stringify(fn.domain)}`, `opset_import: ${opsetText(fn.opsets)}`];
  if (fn.overload !== "") fields.push(`overload: ${JSON.stringify(fn.overload)}`);
  const attributes = [
    ...fn.attributes.map(nameText),
    ...[...fn.defaults].map(([name, attr]) => attributeText(name, attr, options, "")),
  ];
  const names = (values: readonly Value[]) => values.map((value) => nameText(value.name)).join(", ");
  const nodes = [...fn.body.nodes].map((node) => `  ${nodeText(node, options, "  ")}\n`);
  const parameters = attributes.length > 0 ? ` <${attributes.join(", ")}>` : "";
  const signature = `${nameText(fn.name)}${parameters} (${names(fn.body.inputs)}) => (${names(fn.body.outputs)})`;
  return `<${fields.join(", ")}>\n${signature} {\n${nodes.join("")}}\n`;
}

function nodeText(node: Node, options: PrintOptions, indent: string): string {
  const label = node.name !== "" ? `[${nameText(node.name)}] ` : "";
  const outputs = node.outputs.map((value) => (value.name === "" ? "" : nameText(value.name))).join(", ");
  const op = `${node.domain === "onnx" ? "" : `${node.domain}.`}${node.type}`;
  const overload = node.overload !== "" ? `:${nameText(node.overload)}` : "";
  const attrs = [...node.attrs].map(([name, attr]) => attributeText(name, attr, options, indent));
  const inputs = node.inputs.map((value) => (value === undefined ? "" : nameText(value.name))).join(", ");
  return `${label}${outputs} = ${op}${overload}${attrs.length > 0 ? ` <${attrs.join(", ")}>` : ""} (${inputs})`;
}

function nameText(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}

function typed(value: Value): string {
  return value.type === undefined ? nameText(value.name) : `${typeText(value.type)} ${nameText(value.name)}`;
}

function initialText(value: Value, options: PrintOptions): string {
  const initial = value.origin.kind === "input" ? value.origin.initial : undefined;
  return initial === undefined ? "" : ` = ${elementsText(initial, options)}`;
}

/** "float[N,3]", "float" for a scalar, "float[]" for an unknown rank, "seq(int64[])": also what people see. */
export function typeText(type: ValueType | undefined): string {
  switch (type?.kind) {
    case undefined:
      return "unknown";
    case "tensor":
      return `${type.dtype === undefined ? "unknown" : dtypeText(type.dtype)}${shapeText(type.shape)}`;
    case "sparse-tensor":
      return `sparse_tensor(${typeText({ ...type, kind: "tensor" })})`;
    case "sequence":
      return `seq(${typeText(type.element)})`;
    case "optional":
      return `optional(${typeText(type.element)})`;
    case "map":
      return `map(${type.key === undefined ? "unknown" : dtypeText(type.key)}, ${typeText(type.value)})`;
    case "opaque":
      return `opaque(${type.domain}, ${type.name})`;
  }
}

function shapeText(shape: readonly Dim[] | undefined): string {
  if (shape === undefined) return "[]";
  return shape.length === 0 ? "" : `[${shape.map((dim) => dim ?? "?").join(",")}]`;
}

function tensorTypeText(tensor: Tensor): string {
  return `${dtypeText(tensor.dtype)}${shapeText(tensor.shape)}`;
}

function elementsText(tensor: Tensor, { maxElements = Number.POSITIVE_INFINITY }: PrintOptions): string {
  if (elementCount(tensor.shape) > maxElements) return "…";
  const { kind } = dtypes[tensor.dtype];
  if (kind === "string") return `{${stringBytes(tensor).map(stringText).join(", ")}}`;
  if (kind !== "float" && kind !== "complex") return `{${bigints(tensor).join(", ")}}`;
  const write = tensor.dtype === "float64" ? String : floatText;
  return `{${Array.from(numbers(tensor), (value) => specialText(value) ?? write(value)).join(", ")}}`;
}

function attributeText(name: string, attr: Attr, options: PrintOptions, indent: string): string {
  const kind = attr.kind === "reference" ? attr.of : attr.kind;
  const isEmptyList = "values" in attr && attr.values.length === 0;
  const needsKind = attr.kind === "reference" || isEmptyList || kind === "floats";
  return `${nameText(name)}${needsKind ? `: ${kind}` : ""} = ${attributeValueText(attr, options, indent)}`;
}

function attributeValueText(attr: Attr, options: PrintOptions, indent: string): string {
  switch (attr.kind) {
    case "int":
      return String(attr.value);
    case "ints":
      return `[${attr.values.join(", ")}]`;
    case "float":
      return floatAttributeText(attr.value);
    case "floats":
      return `[${attr.values.map(floatAttributeText).join(", ")}]`;
    case "string":
      return stringText(attr.value);
    case "strings":
      return `[${attr.values.map(stringText).join(", ")}]`;
    case "tensor":
      return `${tensorTypeText(attr.tensor)} ${elementsText(attr.tensor, options)}`;
    case "graph":
      return `graph ${printGraph(attr.graph, options, indent)}`;
    case "type":
      return `type ${typeText(attr.type)}`;
    case "reference":
      return `@${nameText(attr.name)}`;
    default:
      return "…";
  }
}

function stringText(bytes: Uint8Array): string {
  return JSON.stringify(new TextDecoder().decode(bytes));
}

function specialText(value: number): string | undefined {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0.0" : undefined;
}

/** A float attribute always shows that it is one: "1.0". */
function floatAttributeText(value: number): string {
  const text = specialText(value) ?? floatText(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** The fewest digits that give the same float32 again. */
function floatText(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === Math.fround(value)) return String(text);
  }
  return String(value);
}
