import { readModelFile } from "@pare/formats";
import type { Model } from "@pare/ir";
import type { Runner } from "@pare/measure";
import type { SessionOptions } from "@pare/pass";
import { decodeOutputs, encodeInputs, type PortGrids, portGrids } from "@pare/quantize";
import type { World } from "../run/tools.ts";

/** A model that is open for running: what is fed and fetched is float, also where its ports are integer. */
export type OpenRunner = Runner & AsyncDisposable;

/**
 * Inputs and outputs that are integers, of a model whose metadata says what they stand for, are fed and read as float32.
 * While one batch runs the next is read and decoded: the runtime's threads leave the processor to that.
 */
export async function openRunner(
  model: string | Model,
  { engine, signal }: Pick<World, "engine" | "signal">,
  options: SessionOptions = {},
): Promise<OpenRunner> {
  const opened = typeof model === "string" ? { path: model } : model;
  const session = await engine.open(opened, { waiting: "sleep", ...options, signal });
  const grids = portGrids(typeof model === "string" ? readModelFile(model) : model);
  return { ...floatPorts(session, grids), [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

/** @param grids of its integer ports. Codes may be given too, as they are. */
export function floatPorts(session: Runner, grids: PortGrids): Runner {
  const float = (ports: Runner["inputs"]) =>
    ports.map((port) => (grids.has(port.name) ? { ...port, dtype: "float32" } : port));
  return {
    inputs: float(session.inputs),
    outputs: float(session.outputs),
    run: async (inputs, options) => decodeOutputs(await session.run(encodeInputs(inputs, grids), options), grids),
  };
}
