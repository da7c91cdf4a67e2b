import { architectures, type NetworkInput, type NetworkOptions } from "@pare/architectures";
import type { Model } from "@pare/ir";
import { isShipped } from "../catalog.ts";
import { builtinOptionError, builtinValueError, unknownBuiltinError } from "./errors.ts";

/** "builtin:resnet8?width=8": a model that ships, or an untrained network with its sizes. */
export interface Builtin {
  readonly name: string;
  readonly sizes: Pick<NetworkOptions, "width" | "depth" | "heads" | "vocabulary">;
}

const sizeNames = ["width", "depth", "heads", "vocabulary"] as const;

/** Undefined where the reference is a path. @throws MODEL_BUILTIN */
export function parseBuiltin(reference: string): Builtin | undefined {
  const [, name, query] = /^builtin:([^?]*)(?:\?(.*))?$/.exec(reference) ?? [];
  if (name === undefined) return undefined;
  const known = architectures.map((each) => each.name);
  if (!isShipped(name) && !known.includes(name)) throw unknownBuiltinError(reference, name, known);
  const given = [...new URLSearchParams(query ?? "")];
  for (const [key, value] of given) {
    if (!sizeNames.some((size) => size === key)) throw builtinOptionError(reference, key, sizeNames);
    if (!(Number(value) > 0)) throw builtinValueError(reference, key, value);
  }
  return { name, sizes: Object.fromEntries(given.map(([key, value]) => [key, Number(value)])) };
}

/** Whether a reference names a network without learned weights. */
export function isUntrained(reference: string): boolean {
  const builtin = parseBuiltin(reference);
  return builtin !== undefined && !isShipped(builtin.name);
}

/** What the data makes of a network: its input and its classes. */
export interface NetworkTask {
  readonly input: NetworkInput;
  readonly classes: number;
}

/** @throws the architecture's own */
export function buildNetwork({ name, sizes }: Builtin, task: NetworkTask, seed: number): Model {
  const architecture = architectures.find((each) => each.name === name)!;
  return architecture.build({ ...task, ...sizes, seed });
}
