import * as axes from "./rewrite/axes.ts";
import * as batchNormalization from "./rewrite/batch-normalization.ts";
import { alignAtTheEnd, slopePerChannel } from "./rewrite/broadcast.ts";
import { limitsToInputs } from "./rewrite/clip.ts";
import * as dropout from "./rewrite/dropout.ts";
import * as experimental from "./rewrite/experimental.ts";
import { parametersPerChannel } from "./rewrite/group-normalization.ts";
import * as legacy from "./rewrite/legacy.ts";
import { padsToInputs, renamePaddings } from "./rewrite/pad.ts";
import { wholeImageToGlobal } from "./rewrite/pool.ts";
import * as resize from "./rewrite/resize.ts";
import { axisToInput, renameInterpolation, withoutPixelShift } from "./rewrite/signal.ts";
import { boundsToInputs } from "./rewrite/slice.ts";
import { oneAxis } from "./rewrite/softmax.ts";
import { countParts, refuseSplitInput, sizesToInput } from "./rewrite/split.ts";
import { countToInput } from "./rewrite/top-k.ts";
import type { Rewrite } from "./site.ts";

/** An operator whose meaning or signature is another from opset `at` on. */
export interface Change {
  readonly at: number;
  /** Types of the default domain. */
  readonly ops: readonly string[];
  /** What changed, as a sentence. */
  readonly what: string;
  readonly rewrite: Rewrite;
  /** The same by definition, but ONNX Runtime's old kernel rounded otherwise. */
  readonly rounds?: true;
}

const binary = ["Add", "Sub", "Mul", "Div", "Pow", "And", "Or", "Xor", "Equal", "Greater", "Less"];
const hinted =
  "Abs Add BatchNormalization Ceil Clip Div Dropout Elu Exp Floor HardSigmoid InstanceNormalization LeakyRelu Log Max " +
  "Mean Min Mul Neg PRelu Reciprocal Relu Selu Sigmoid Sqrt Sub Sum Tanh";
const reductions = "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd";
const logSums = ["ReduceLogSum", "ReduceLogSumExp"];

/**
 * Every step of the default domain, opset 2 to 28, that takes more than a new version number, in order. Steps that are
 * not here add types, optional inputs or attributes whose default is what was before, or correct a text.
 */
export const changes: readonly Change[] = [
  { at: 2, ops: ["LpPool", "GlobalLpPool"], what: "the exponent became whole", rewrite: legacy.wholeExponent },
  { at: 2, ops: ["Pad"], what: "paddings became pads", rewrite: renamePaddings },
  { at: 2, ops: ["Split"], what: "sizes became an attribute", rewrite: refuseSplitInput },
  { at: 4, ops: ["Concat"], what: "the axis lost its default", rewrite: legacy.sayConcatAxis },
  { at: 5, ops: ["Reshape"], what: "the shape became an input", rewrite: legacy.shapeToInput },
  { at: 6, ops: hinted.split(" "), what: "memory hints ended", rewrite: legacy.dropAttribute("consumed_inputs") },
  { at: 6, ops: ["Cast"], what: "types became numbers", rewrite: legacy.castByNumber },
  { at: 6, ops: ["Selu"], what: "default constants changed", rewrite: legacy.saySeluConstants },
  { at: 6, ops: ["Tile"], what: "one axis became all", rewrite: legacy.refuse("it repeats one axis by an input") },
  { at: 7, ops: binary, what: "inputs are aligned at the last axis", rewrite: alignAtTheEnd },
  { at: 7, ops: ["PRelu"], what: "slopes are aligned at the last axis", rewrite: slopePerChannel },
  { at: 7, ops: ["Gemm"], what: "broadcasting became the rule", rewrite: legacy.dropAttribute("broadcast") },
  { at: 7, ops: ["RNN", "GRU", "LSTM"], what: "Y is optional", rewrite: legacy.dropAttribute("output_sequence") },
  { at: 7, ops: ["BatchNormalization"], what: "is_test ended", rewrite: batchNormalization.assertTestMode },
  { at: 7, ops: ["Dropout"], what: "is_test ended", rewrite: dropout.assertTestMode },
  { at: 7, ops: ["Upsample"], what: "scales are of every axis", rewrite: resize.scalesOfAllAxes },
  { at: 9, ops: ["BatchNormalization"], what: "spatial ended", rewrite: batchNormalization.flattenNonSpatial },
  { at: 9, ops: ["Upsample"], what: "the scales became an input", rewrite: resize.scalesToInput },
  { at: 9, ops: ["Scan"], what: "the batch axis ended", rewrite: legacy.refuse("it runs over a batch of sequences") },
  { at: 10, ops: ["Dropout"], what: "the mask became boolean", rewrite: dropout.castMask },
  { at: 10, ops: ["Slice"], what: "the bounds became inputs", rewrite: boundsToInputs },
  { at: 10, ops: ["TopK"], what: "k became an input", rewrite: countToInput },
  { at: 10, ops: ["Upsample"], what: "it is called Resize", rewrite: resize.upsampleToResize },
  { at: 10, ops: ["ImageScaler"], what: "it ended", rewrite: experimental.imageScaler },
  { at: 10, ops: ["Affine"], what: "it ended", rewrite: experimental.affine },
  { at: 10, ops: ["Scale"], what: "it ended", rewrite: experimental.scale },
  { at: 10, ops: ["ScaledTanh"], what: "it ended", rewrite: experimental.scaledTanh, rounds: true },
  { at: 10, ops: ["ParametricSoftplus"], what: "it ended", rewrite: experimental.parametricSoftplus, rounds: true },
  { at: 10, ops: ["Crop"], what: "it ended", rewrite: experimental.crop },
  { at: 10, ops: ["DynamicSlice"], what: "it is called Slice", rewrite: experimental.dynamicSlice },
  { at: 11, ops: ["Clip"], what: "the limits became inputs", rewrite: limitsToInputs },
  { at: 11, ops: ["Pad"], what: "pads and value became inputs", rewrite: padsToInputs },
  { at: 11, ops: ["Resize"], what: "coordinates and rounding are said", rewrite: resize.sayCoordinates },
  { at: 11, ops: ["Scatter"], what: "it is called ScatterElements", rewrite: legacy.scatterElements },
  { at: 12, ops: ["Dropout"], what: "the ratio became an input", rewrite: dropout.ratioToInput },
  { at: 13, ops: ["Squeeze", "ReduceSum"], what: "the axes became an input", rewrite: axes.axesToInput },
  { at: 13, ops: ["Unsqueeze"], what: "the axes became an input", rewrite: axes.requiredAxesToInput },
  { at: 13, ops: ["Split"], what: "the sizes became an input", rewrite: sizesToInput },
  { at: 13, ops: ["Softmax", "LogSoftmax", "Hardmax"], what: "they work over one axis", rewrite: oneAxis },
  { at: 13, ops: ["Resize"], what: "empty inputs are left out", rewrite: resize.leaveOutEmptyInputs },
  { at: 13, ops: ["Erf"], what: "integers ended", rewrite: legacy.refuseIntegers },
  { at: 14, ops: ["BatchNormalization"], what: "training is said", rewrite: batchNormalization.sayTrainingMode },
  { at: 16, ops: ["RoiAlign"], what: "the pixel shift became the default", rewrite: withoutPixelShift },
  {
    at: 18,
    ops: [...reductions.split(" "), "ReduceSumSquare"],
    what: "the axes became an input",
    rewrite: axes.axesToInput,
  },
  { at: 18, ops: ["Split"], what: "the number of parts is said", rewrite: countParts },
  { at: 19, ops: ["AveragePool"], what: "ONNX Runtime computes it otherwise", rewrite: wholeImageToGlobal },
  { at: 20, ops: ["DFT"], what: "the axis became an input", rewrite: axisToInput },
  { at: 20, ops: ["GridSample"], what: "modes were renamed", rewrite: renameInterpolation },
  { at: 21, ops: ["GroupNormalization"], what: "scale and bias are of channels", rewrite: parametersPerChannel },
  { at: 28, ops: logSums, what: "integers ended", rewrite: legacy.refuseIntegers },
];
