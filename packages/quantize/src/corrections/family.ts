import type { Node, Value } from "@pare/ir";
import type { DType } from "@pare/tensor";
import type { Linear } from "./linear.ts";

/** A constant that is added on the way, or compared with: it is divided too. */
export interface Addend {
  readonly node: Node;
  readonly slot: number;
  readonly value: Value;
  /** From the last axis of the node's output, 1 for the last, where the channels are. */
  readonly axisFromEnd: number;
  readonly channels: Int32Array;
}

/** A Clip whose bounds must become one for each channel. */
export interface Bounded {
  readonly node: Node;
  readonly min: number;
  readonly max: number;
  readonly dtype: DType;
  /** As of an addend. */
  readonly axisFromEnd: number;
  readonly channels: Int32Array;
}

/** Channels that hang together: those of the values between some linear nodes and the next ones. */
export interface Family {
  /** With the channel of each of its outputs. */
  readonly producers: readonly { readonly linear: Linear; readonly channels: Int32Array }[];
  /** With the channel of each of its inputs. */
  readonly consumers: readonly { readonly linear: Linear; readonly channels: Int32Array }[];
  readonly addends: readonly Addend[];
  readonly bounded: readonly Bounded[];
  /** All values that carry them. */
  readonly values: readonly { readonly value: Value; readonly channels: Int32Array }[];
}

export interface ChannelFamilies {
  /** In the order of their first producer. */
  readonly families: readonly Family[];
  /** Channels are numbered from 0 over all families; −1 stands for those that are held. */
  readonly count: number;
  /** Nodes at which channels are held, each once. */
  readonly holders: readonly Node[];
}
