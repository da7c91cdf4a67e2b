/**
 * Where the target asks for it, makes the inputs and outputs of a quantized model integers, as microcontrollers and many accelerators want them: an
 * input that only a QuantizeLinear reads becomes what that gives, an output that a DequantizeLinear gives becomes what that
 * reads. Names stay; scale and zero point are those of the DequantizeLinear behind the input and of the
 * QuantizeLinear before the output.
 */
import { consumersOf, type Edit, type Model, producerOf, type Value } from "@pare/ir";
import { dtypeOf, inferTypes, shapeOf, tensorType } from "@pare/ops";
import type { Note } from "@pare/pass";
import type { Target } from "../targets/target.ts";

export function writePorts(model: Model, { integerPorts }: Target): readonly Note[] {
  if (!integerPorts) return [];
  const { graph } = model;
  const { type } = inferTypes(model);
  const made: string[] = [];
  graph.edit("quantize/integer-ports", (edit) => {
    for (const input of [...graph.inputs]) {
      const codes = onlyCodes(input);
      if (codes === undefined) continue;
      made.push(input.name);
      takeCodes(edit, input, codes, tensorType(dtypeOf(type(codes)), shapeOf(type(input))));
    }
    for (const output of [...graph.outputs]) {
      const decode = producerOf(output);
      const codes = decode?.op === "onnx.DequantizeLinear" ? decode.inputs[0] : undefined;
      if (codes === undefined || producerOf(codes) === undefined) continue;
      made.push(output.name);
      giveCodes(edit, output, codes, tensorType(dtypeOf(type(codes)), shapeOf(type(output))));
    }
  });
  return made.length === 0
    ? []
    : [{ kind: "changed", text: `made ${made.length} inputs and outputs integer`, subjects: made }];
}

/** What the QuantizeLinear gives that is the only reader of a graph input. */
function onlyCodes(input: Value): Value | undefined {
  const [reader, ...others] = consumersOf(input);
  return reader?.op === "onnx.QuantizeLinear" && others.length === 0 ? reader.outputs[0] : undefined;
}

function takeCodes(edit: Edit, input: Value, codes: Value, type: ReturnType<typeof tensorType>): void {
  const quantize = producerOf(codes)!;
  edit.replaceUses(codes, input);
  edit.remove(quantize);
  edit.retype(input, type);
}

/** The DequantizeLinear goes where nothing else reads what it gives. */
function giveCodes(edit: Edit, output: Value, codes: Value, type: ReturnType<typeof tensorType>): void {
  const decode = producerOf(output)!;
  edit.replaceUses(output, codes, (use) => use.kind === "output");
  edit.retype(codes, type);
  if (output.uses.size === 0) edit.remove(decode);
}
