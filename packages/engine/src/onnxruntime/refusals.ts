import { type Fault, PareError } from "@pare/error";
import type { Device } from "@pare/pass";
import { cleanMessage } from "./native-message.ts";
import { providerFault } from "./providers.ts";

/** The runtime's words for what it refuses, as our errors. One row a fault; the last resort is its own cleaned text. */

type Explain = (match: RegExpExecArray) => Partial<Fault>;

const modelFaults: readonly (readonly [RegExp, Explain])[] = [
  [
    /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    ([, got, limit]) => ({
      problem: "this version of ONNX Runtime cannot read the model's IR version",
      expected: `${limit} or lower`,
      got: `${got}`,
      next: "The file can still be read, changed and written; to run it, save it with an older IR version or update onnxruntime-node.",
    }),
  ],
  [
    /Opset (\d+) is under development .* domain (\S+) is till opset (\d+)/,
    ([, got, domain, limit]) => ({
      problem: `this version of ONNX Runtime does not know the model's operator set of ${domain}`,
      expected: `${limit} or lower`,
      got: `${got}`,
      next: "Save the model with an older operator set, or update onnxruntime-node.",
    }),
  ],
  [
    /Could not find an implementation for ([\w.]+)\((\d+)\) node with name '(.*)'/,
    ([, op, version, node]) => ({
      ...nodePlace(node),
      problem: `ONNX Runtime has no kernel for ${op} (operator version ${version}) with this node's element types on this device`,
      next: "Kernels cover float32 best: change the element types, or choose another device.",
    }),
  ],
  [
    /In Node, \("(.*?)", (\w+), "(.*?)", -?\d+\) .*No Op registered for \w+ with domain_version of (\d+)/,
    ([, node, op, domain, version]) => ({
      ...nodePlace(node),
      problem: `ONNX Runtime has no operator ${domain ? `${domain}.` : ""}${op} in operator set ${version}`,
      next: "It may be a custom operator, or newer than the operator set that the model states.",
    }),
  ],
  [
    /In Node, \("(.*?)", (\w+), .*No opset import for domain '(.*)'/,
    ([, node, op, domain]) => ({
      ...nodePlace(node),
      problem: `${op} is of domain "${domain}", for which the model states no operator set`,
      next: "Add an opset import for that domain.",
    }),
  ],
  [
    /protobuf parsing failed|Model data pointer is null/i,
    () => ({
      problem: "this is not an ONNX model that ONNX Runtime can read",
      next: "The file may be incomplete, or of another format.",
    }),
  ],
  [/File doesn't exist/, () => ({ problem: "there is no such file", next: "Check the path." })],
  [
    /^Unsupported data type: (\d+)/,
    ([, code]) => ({
      problem: `an input or output has element type ${onnxTypes[code ?? ""] ?? `number ${code}`}, which cannot be handed to ONNX Runtime from Node`,
      next: "Put a Cast to float32 behind the input or in front of the output.",
    }),
  ],
  [
    /^Node \((.*?)\) Op \((\w+)\) (?:\[\w+\] )?(.*)/,
    ([, node, op, text]) => ({ ...nodePlace(node), problem: `ONNX Runtime refuses this ${op}: ${text}` }),
  ],
  [
    /^(Type Error: .*) in node \((.*?)\)/,
    ([, text, node]) => ({ ...nodePlace(node), problem: `ONNX Runtime refuses this node: ${text}` }),
  ],
];

/** Element types that the Node binding has no name for, by their number in ONNX. */
const onnxTypes: Readonly<Record<string, string>> = {
  14: "complex64",
  15: "complex128",
  16: "bfloat16",
  17: "float8e4m3fn",
  18: "float8e4m3fnuz",
  19: "float8e5m2",
  20: "float8e5m2fnuz",
  23: "float4e2m1",
};

function nodePlace(name: string | undefined): { at?: string } {
  return name ? { at: `node ${name}` } : {};
}

/** Why a model could not be opened. `native`: what the libraries printed meanwhile. */
export function openError(device: Device, message: string, native: readonly string[], at: string): PareError {
  const provider = providerFault(device, message, native);
  if (provider !== undefined) return new PareError({ code: "ENGINE_PROVIDER", kind: "failure", ...provider });
  return new PareError({ code: "ENGINE_MODEL", kind: "input", ...explain(message, at) });
}

function explain(message: string, at: string): Omit<Fault, "code"> {
  const text = cleanMessage(message);
  for (const [pattern, fault] of modelFaults) {
    const match = pattern.exec(text) ?? pattern.exec(message);
    if (match === null) continue;
    const { at: inside, ...rest } = fault(match);
    return { at: inside === undefined ? at : `${inside} of ${at}`, problem: text, ...rest };
  }
  return { at, problem: `ONNX Runtime refuses the model: ${text}` };
}

/** Why a run failed. */
export function runError(message: string, at: string): PareError {
  const text = cleanMessage(message);
  const node = /^Non-zero status code returned while running (\w+) node\. Name:'(.*?)' Status Message: ?(.*)/.exec(
    text,
  );
  if (node === null) return new PareError({ code: "ENGINE_RUN", kind: "input", at, problem: text });
  const [, op, name, why = ""] = node;
  return new PareError({
    code: "ENGINE_RUN",
    kind: "input",
    at: name ? `node ${name} of ${at}` : at,
    problem: `${op} failed: ${cleanMessage(why)}`,
    next: "The inputs may not fit the model's own shape arithmetic: try the sizes it was exported with.",
  });
}
