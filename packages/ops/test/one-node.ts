import { type Model, type Node, parseModel, typeText } from "@pare/ir";
import { specOf } from "../src/index.ts";
import { inferTypes } from "../src/infer.ts";
import type { AxisLink } from "../src/spec.ts";

/** A model of one node. `inputs`: "float[1,3] x, float[3] w"; constants are written "int64[1] axes = {0}". */
export function oneNode(inputs: string, node: string, opset = 21): Model {
  const declared = splitOutsideBrackets(inputs);
  const constants = declared.filter((text) => text.includes("="));
  const variables = declared.filter((text) => !text.includes("="));
  const outputs = node
    .slice(0, node.indexOf("="))
    .split(",")
    .map((name) => name.trim());
  const domains = ["com.microsoft", "com.microsoft.nchwc"].map((domain) => `"${domain}" : 1`);
  const opsets = [`"" : ${opset}`, `"ai.onnx.ml" : ${opset >= 23 ? 5 : 3}`, ...domains].join(", ");
  return parseModel(`<ir_version: 10, opset_import: [${opsets}]>
    one (${variables.join(", ")}) => (${outputs.filter((name) => name !== "").join(", ")}) <${constants.join(", ")}> { ${node} }`);
}

function splitOutsideBrackets(text: string): string[] {
  return text.split(/,(?![^[{]*[\]}])/).map((part) => part.trim());
}

export function theNode(model: Model): Node {
  const [node] = model.graph.nodes;
  if (node === undefined) throw new Error("the model has no node");
  return node;
}

/** The inferred types of the outputs: "float[1,4], int64[1,4]". Sizes of which nothing is known are "?". */
export function typesOf(inputs: string, node: string, opset?: number): string {
  const model = oneNode(inputs, node, opset);
  const inference = inferTypes(model);
  const [fault] = inference.faults;
  if (fault !== undefined) throw new Error(JSON.stringify(fault));
  const text = theNode(model).outputs.map((output) => typeText(inference.type(output)));
  return text.join(", ").replaceAll(/`?\?\d+`?/g, "?");
}

export function macsOf(inputs: string, node: string, opset?: number): number | undefined {
  const model = oneNode(inputs, node, opset);
  return inferTypes(model).macs(theNode(model));
}

/** Axis links as text: "0.1 keeps →0.1", "0.1 mixes 1.1"; inputs and axes of inputs on the left, →output.axis. */
export function linksOf(inputs: string, node: string, opset?: number): string[] {
  const model = oneNode(inputs, node, opset);
  const inference = inferTypes(model);
  const one = theNode(model);
  const shape = (value: Parameters<typeof inference.type>[0]) => {
    const type = inference.type(value);
    return type?.kind === "tensor" ? type.shape : undefined;
  };
  return (specOf(one.op)?.axes?.(one, shape) ?? []).map(linkText);
}

function linkText({ from, to, kind, map }: AxisLink): string {
  const target = "output" in to ? `→${to.output}.${to.axis}` : `${to.input}.${to.axis}`;
  const by = map.kind === "same" ? "" : ` by ${JSON.stringify(map).replaceAll(/[{}"]/g, "")}`;
  return `${from.input}.${from.axis} ${kind} ${target}${by}`;
}
