import type { Node } from "@pare/ir";
import type { NumberArray } from "./array.ts";

export interface KernelContext {
  readonly node: Node;
  readonly opset: number;
  /** By input slot; undefined where it is left out. */
  readonly inputs: readonly (NumberArray | undefined)[];
  /** Input `slot`, which must be there. */
  input(slot: number): NumberArray;
}

/** Computes a node's outputs, by slot, in float64, the obvious way. */
export type Kernel = (context: KernelContext) => readonly NumberArray[];

/** By operator name: "onnx.Add". */
export type Kernels = Readonly<Record<string, Kernel>>;
