/**
 * Where the target asks for it, makes the inputs and outputs of a quantized model integers, as microcontrollers
 * and many accelerators want them: an input that only a QuantizeLinear reads becomes what that gives, an output that a DequantizeLinear gives becomes what that
 * reads. Names stay; scales and zero points go into the metadata (see `port-grids.ts`).
 */
import { consumersOf, type Edit, type Model, type Node, producerOf, type Value } from "@pare/ir";
import { dtypeOf, inferTypes, shapeOf, tensorType } from "@pare/ops";
import type { Note } from "@pare/pass";
import { numbers } from "@pare/tensor";
import type { Target } from "../targets/target.ts";
import { isPortType, keepPortGrids, type PortGrid, portGridsKey } from "./port-grids.ts";

export function writePorts(model: Model, { integerPorts }: Target): readonly Note[] {
  if (!integerPorts) return [];
  const { graph } = model;
  const { type } = inferTypes(model);
  const made = new Map<string, PortGrid>();
  graph.edit("quantize/integer-ports", (edit) => {
    for (const input of [...graph.inputs]) {
      const codes = onlyCodes(input);
      const grid = codes && gridOf(producerOf(codes)!);
      if (codes === undefined || grid === undefined) continue;
      made.set(input.name, grid);
      takeCodes(edit, input, codes, tensorType(dtypeOf(type(codes)), shapeOf(type(input))));
    }
    for (const output of [...graph.outputs]) {
      const decode = producerOf(output);
      const codes = decode?.op === "onnx.DequantizeLinear" ? decode.inputs[0] : undefined;
      const grid = decode && gridOf(decode);
      if (codes === undefined || producerOf(codes) === undefined || grid === undefined) continue;
      made.set(output.name, grid);
      giveCodes(edit, output, codes, tensorType(dtypeOf(type(codes)), shapeOf(type(output))));
    }
  });
  if (made.size === 0) return [];
  keepPortGrids(model, made);
  const text = `made ${made.size} inputs and outputs integer; the metadata "${portGridsKey}" has their scales and zero points`;
  return [{ kind: "changed", text, subjects: [...made.keys()] }];
}

/** Of a QuantizeLinear or DequantizeLinear with one scale and one zero point. */
function gridOf({ inputs: [, scale, zeroPoint] }: Node): PortGrid | undefined {
  if (scale?.origin.kind !== "constant" || zeroPoint?.origin.kind !== "constant") return undefined;
  const { dtype: type } = zeroPoint.origin.tensor;
  const [scales, zeroPoints] = [numbers(scale.origin.tensor), numbers(zeroPoint.origin.tensor)];
  if (!isPortType(type) || scales.length !== 1) return undefined;
  return { type, scale: scales[0]!, zeroPoint: zeroPoints[0]! };
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
