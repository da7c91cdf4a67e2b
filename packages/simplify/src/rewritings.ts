import { dropDefaults } from "./drop-defaults.ts";
import { dropIdentities } from "./drop-identities.ts";
import { flushDenormals } from "./flush-denormals.ts";
import { foldAhead, foldBatchNorm, foldScales } from "./fold-affine.ts";
import { foldPads } from "./fold-pads.ts";
import { formGemm } from "./form-gemm.ts";
import { fuseActivations } from "./fuse-activations.ts";
import { fuseGelu } from "./fuse-gelu.ts";
import { fuseNormalization } from "./fuse-normalization.ts";
import { inlineBranches } from "./inline-branches.ts";
import { mergeCasts } from "./merge-casts.ts";
import { mergeClips } from "./merge-clips.ts";
import { mergeConcats } from "./merge-concats.ts";
import { mergeElementwise } from "./merge-elementwise.ts";
import { mergeExpands } from "./merge-expands.ts";
import { mergeGathers } from "./merge-gathers.ts";
import { mergeLogic } from "./merge-logic.ts";
import { mergeReductionPairs, mergeReductions } from "./merge-reductions.ts";
import { mergeReshapes } from "./merge-reshapes.ts";
import { mergeSlices } from "./merge-slices.ts";
import { mergeTransposes } from "./merge-transposes.ts";
import type { Rewriting } from "./rule.ts";
import { sinkViews } from "./sink-views.ts";

/** THE list of rewrites that look at a node and its neighbours, in the order in which they are tried at a node. */
export const rewritings: readonly Rewriting[] = [
  inlineBranches,
  dropIdentities,
  dropDefaults,
  mergeTransposes,
  mergeReshapes,
  mergeReductions,
  sinkViews,
  mergeCasts,
  mergeSlices,
  mergeConcats,
  mergeGathers,
  mergeExpands,
  mergeLogic,
  mergeClips,
  fuseNormalization,
  fuseGelu,
  fuseActivations,
  foldPads,
  foldBatchNorm,
  formGemm,
  foldScales,
  foldAhead,
  mergeElementwise,
  mergeReductionPairs,
  flushDenormals,
];
