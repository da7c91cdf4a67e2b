import type { Model } from "@pare/ir";

/** The one input of a network: images [batch, channels, height, width], features [batch, n], tokens [batch, length]. */
export interface NetworkInput {
  readonly name: string;
  readonly dtype: "float32" | "int64";
  /** Without the batch axis. */
  readonly sample: readonly number[];
}

export interface NetworkOptions {
  readonly input: NetworkInput;
  readonly classes: number;
  /** Channels of the first stage, features of a layer, or a factor: each architecture says which, and its default. */
  readonly width?: number | undefined;
  /** Layers or blocks, where the architecture leaves that open. */
  readonly depth?: number | undefined;
  /** Attention heads; default 4. */
  readonly heads?: number | undefined;
  /** Different tokens, where the input is tokens. */
  readonly vocabulary?: number | undefined;
  /** Of the weights. */
  readonly seed: number;
}

export interface Architecture {
  readonly name: string;
  /** One line for help: what it is, what `width` and `depth` mean and their defaults. */
  readonly summary: string;
  /** An untrained network from `input` to "logits" [batch, classes]. @throws ARCHITECTURE_INPUT … */
  build(options: NetworkOptions): Model;
}
