/**
 * Values of inputs that stay in the runtime's process, by input name.
 *
 * 1. A run is fed them; what the request itself gives goes before.
 * 2. After a run that succeeded each takes the value of its output; all at once, so that two may take the same one or
 *    change places. A run that failed moves nothing.
 * 3. What is only observed or timed moves nothing either.
 */
import type * as ort from "onnxruntime-node";
import type { HeldLink } from "./protocol.ts";

export interface HeldValue extends Pick<HeldLink, "from"> {
  readonly tensor: ort.Tensor;
}

export type HeldValues = Map<string, HeldValue>;

export function heldFeeds(held: HeldValues): Readonly<Record<string, ort.Tensor>> {
  return Object.fromEntries([...held].map(([input, { tensor }]) => [input, tensor]));
}

/** The outputs that held inputs take. */
export function heldOutputs(held: HeldValues): readonly string[] {
  return [...held.values()].flatMap(({ from }) => from ?? []);
}

export function moveOn(held: HeldValues, results: Readonly<Record<string, ort.Tensor>>): void {
  for (const [input, { from }] of held) if (from !== undefined) held.set(input, { tensor: results[from]!, from });
}
