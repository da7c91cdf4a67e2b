/**
 * What the integer inputs and outputs of a model stand for: real = scale · (code − zero point). The model's metadata keeps
 * it, for whoever feeds the model, under `pare.quantization`: a JSON object of ports by name, such as
 *
 *   {"image":{"type":"int8","scale":0.018658,"zero-point":-14}}
 */
import type { Model } from "@pare/ir";
import { dtypeOf } from "@pare/ops";
import type { Tensors } from "@pare/pass";
import { dtypes, numbers, type Tensor, tensorOf } from "@pare/tensor";
import * as z from "zod";
import { codeRange, dequantizeNumber, quantizeNumber } from "../affine.ts";
import type { Affine } from "../contract.ts";

export const portGridsKey = "pare.quantization";

const portType = z.enum(["int8", "uint8", "int16", "uint16"]);
const written = z.record(z.string(), z.object({ type: portType, scale: z.number().positive(), "zero-point": z.int() }));

export function isPortType(type: string): type is PortGrid["type"] {
  return portType.safeParse(type).success;
}

export interface PortGrid extends Affine {
  readonly type: z.output<typeof portType>;
}

/** By the name of the input or output. */
export type PortGrids = ReadonlyMap<string, PortGrid>;

/** Of the inputs and outputs that have the type that the metadata says; empty where it says nothing. */
export function portGrids({ metadata, graph }: Model): PortGrids {
  const text = metadata.get(portGridsKey);
  const found = text === undefined ? undefined : written.safeParse(parsed(text));
  const types = new Map([...graph.inputs, ...graph.outputs].map(({ name, type }) => [name, dtypeOf(type)]));
  return new Map(
    Object.entries(found?.data ?? {})
      .filter(([name, { type }]) => types.get(name) === type)
      .map(([name, { type, scale, "zero-point": zeroPoint }]) => [name, { type, scale, zeroPoint }]),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Beside those that the model has. */
export function keepPortGrids(model: Model, grids: PortGrids): void {
  const all = [...portGrids(model), ...grids].map(([name, { type, scale, zeroPoint }]) => {
    return [name, { type, scale, "zero-point": zeroPoint }] as const;
  });
  const metadata = new Map(model.metadata).set(portGridsKey, JSON.stringify(Object.fromEntries(all)));
  model.update("keep what integer ports stand for", { metadata });
}

/** Floats as the codes of ports that have some; everything else as it is. */
export function encodeInputs(inputs: Tensors, grids: PortGrids): Tensors {
  return mapped(inputs, grids, (tensor, grid) => (isFloat(tensor) ? encoded(tensor, grid) : tensor));
}

/** Codes as the float32 that they stand for. */
export function decodeOutputs(outputs: Tensors, grids: PortGrids): Tensors {
  return mapped(outputs, grids, (tensor, grid) => (isFloat(tensor) ? tensor : decoded(tensor, grid)));
}

const isFloat = ({ dtype }: Tensor) => dtypes[dtype].kind === "float";

function mapped(tensors: Tensors, grids: PortGrids, change: (tensor: Tensor, grid: PortGrid) => Tensor): Tensors {
  return new Map(
    [...tensors].map(([name, tensor]) => {
      const grid = grids.get(name);
      return [name, grid === undefined ? tensor : change(tensor, grid)];
    }),
  );
}

/** As QuantizeLinear does. */
function encoded(tensor: Tensor, grid: PortGrid): Tensor {
  const codes = codeRange(grid.type, { symmetric: false });
  return tensorOf(
    grid.type,
    tensor.shape,
    numbers(tensor).map((value) => quantizeNumber(value, grid, codes)),
  );
}

/** As DequantizeLinear does. */
function decoded(tensor: Tensor, grid: PortGrid): Tensor {
  return tensorOf(
    "float32",
    tensor.shape,
    numbers(tensor).map((code) => dequantizeNumber(code, grid)),
  );
}
