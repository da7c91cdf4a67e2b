import type { Pass } from "@pare/pass";
import { quantizeAuto } from "./auto/auto.ts";
import { absorbBiasesPass } from "./corrections/absorb-biases.ts";
import { correctBiasesPass } from "./corrections/correct-biases.ts";
import { equalizeLayersPass } from "./corrections/equalize-layers.ts";
import { quantizeDynamic } from "./schemes/dynamic.ts";
import { quantizeFloat16 } from "./schemes/float16.ts";
import { statingNoise } from "./schemes/state-noise.ts";
import { quantizeStatic } from "./schemes/static.ts";
import { quantizeStorage } from "./schemes/storage.ts";
import { quantizeWeights } from "./schemes/weights.ts";

/** Every pass of this package. */
export const quantizePasses: readonly Pass[] = [
  quantizeAuto,
  statingNoise(quantizeStatic),
  statingNoise(quantizeDynamic),
  statingNoise(quantizeStorage),
  statingNoise(quantizeFloat16),
  statingNoise(quantizeWeights),
  equalizeLayersPass,
  absorbBiasesPass,
  correctBiasesPass,
];
