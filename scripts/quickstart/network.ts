/**
 * The quickstart's network, said once: training builds layers from it and the export builds an ONNX graph.
 * 3×32×32 → 16×16×16 → residual block → 32×8×8 → residual block → two depthwise-separable blocks → 96 → 10 classes.
 */
import type { RandomStream } from "@pare/data";
import { type ConvSpec, conv, depthwise } from "./convolution.ts";
import { batchNorm, chain, clip, dense, dropout, globalAveragePool, type Layer, residual } from "./layers.ts";
import type { ParameterStore } from "./parameters.ts";

export type Stage =
  /** Convolution, batch norm, Relu. */
  | { readonly kind: "conv"; readonly name: string; readonly spec: ConvSpec }
  /** Relu(x + two 3×3 convolutions of x, with batch norm and a Relu between them). */
  | { readonly kind: "residual"; readonly name: string; readonly channels: number }
  /** 3×3 depthwise and 1×1 convolution, each with batch norm and Relu6. */
  | { readonly kind: "separable"; readonly name: string; readonly from: number; readonly to: number };

export const stages: readonly Stage[] = [
  { kind: "conv", name: "stem", spec: { from: 3, to: 16, kernel: 3, stride: 2, pads: [1, 1] } },
  { kind: "residual", name: "block1", channels: 16 },
  { kind: "conv", name: "down", spec: { from: 16, to: 32, kernel: 3, stride: 2, pads: [0, 1] } },
  { kind: "residual", name: "block2", channels: 32 },
  { kind: "separable", name: "block3", from: 32, to: 64 },
  { kind: "separable", name: "block4", from: 64, to: 96 },
];

export const head = { name: "head", features: 96, classes: 10, dropout: 0.1 } as const;

/** The input's normalisation: (pixel / 255 − 0.5) / 0.25. */
export const transform = { scale: 1 / 255, mean: [0.5], std: [0.25] } as const;

export function same3x3(channels: number): ConvSpec {
  return { from: channels, to: channels, kernel: 3, stride: 1, pads: [1, 1] };
}

export function pointwise(from: number, to: number): ConvSpec {
  return { from, to, kernel: 1, stride: 1, pads: [0, 0] };
}

export function buildNetwork(store: ParameterStore, random: RandomStream): Layer {
  return chain([
    ...stages.map((stage) => buildStage(stage, store)),
    globalAveragePool(),
    dropout(head.dropout, random),
    dense(head.name, head.features, head.classes, store),
  ]);
}

function buildStage(stage: Stage, store: ParameterStore): Layer {
  const { name } = stage;
  const convNorm = (part: string, spec: ConvSpec) => [conv(part, spec, store), batchNorm(`${part}.bn`, spec.to, store)];
  switch (stage.kind) {
    case "conv":
      return chain([...convNorm(name, stage.spec), clip()]);
    case "residual": {
      const [first, second] = [`${name}.conv1`, `${name}.conv2`];
      const spec = same3x3(stage.channels);
      return chain([residual(chain([...convNorm(first, spec), clip(), ...convNorm(second, spec)])), clip()]);
    }
    case "separable": {
      const deep = [depthwise(`${name}.dw`, stage.from, store), batchNorm(`${name}.dw.bn`, stage.from, store), clip(6)];
      return chain([...deep, ...convNorm(`${name}.pw`, pointwise(stage.from, stage.to)), clip(6)]);
    }
  }
}
