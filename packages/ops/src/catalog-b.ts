import {
  biasAdd,
  biasGelu,
  biasSoftmax,
  biasSplitGelu,
  fastGelu,
  microsoftGelu,
  quickGelu,
} from "./contrib/activation.ts";
import { groupQueryAttention, microsoftAttention, multiHeadAttention, qAttention } from "./contrib/attention.ts";
import { cropAndResize } from "./contrib/crop-and-resize.ts";
import { embedLayerNormalization } from "./contrib/embed-layer-normalization.ts";
import { expandDims } from "./contrib/expand-dims.ts";
import { irfft, rfft } from "./contrib/fourier.ts";
import { fusedConv, nhwcConv, nhwcFusedConv } from "./contrib/fused-conv.ts";
import { fusedGemm, fusedMatMul, fusedMatMulActivation, transposeMatMul } from "./contrib/fused-matmul.ts";
import { inverse, nGramRepeatBlock } from "./contrib/matrix.ts";
import {
  nchwcAveragePool,
  nchwcConv,
  nchwcGlobalAveragePool,
  nchwcGlobalMaxPool,
  nchwcMaxPool,
  nchwcUpsample,
  reorderInput,
  reorderOutput,
} from "./contrib/nchwc.ts";
import { nhwcMaxPool } from "./contrib/nhwc-pool.ts";
import { microsoftRotaryEmbedding } from "./contrib/rotary-embedding.ts";
import { sameAsOnnx } from "./contrib/same-as-onnx.ts";
import {
  microsoftGroupNorm,
  skipGroupNorm,
  skipLayerNormalization,
  skipSimplifiedLayerNormalization,
} from "./contrib/skip-normalization.ts";
import { microsoftUnique } from "./contrib/unique.ts";
import { categoryMapper, labelEncoder, oneHotEncoder } from "./ml/categories.ts";
import { arrayFeatureExtractor, featureVectorizer } from "./ml/features.ts";
import { linearClassifier, linearRegressor } from "./ml/linear.ts";
import { castMap, dictVectorizer, zipMap } from "./ml/maps.ts";
import { binarizer, imputer, normalizer, scaler } from "./ml/preprocessing.ts";
import { svmClassifier, svmRegressor } from "./ml/svm.ts";
import { treeEnsemble, treeEnsembleClassifier, treeEnsembleRegressor } from "./ml/tree-ensemble.ts";
import { attention, linearAttention } from "./nn/attention.ts";
import { batchNormalization } from "./nn/batch-normalization.ts";
import { causalConvWithState } from "./nn/causal-conv.ts";
import { groupNormalization, instanceNormalization } from "./nn/channel-normalization.ts";
import { conv } from "./nn/conv.ts";
import { convTranspose } from "./nn/conv-transpose.ts";
import { deformConv } from "./nn/deform-conv.ts";
import { gemm } from "./nn/gemm.ts";
import { globalAveragePool, globalLpPool, globalMaxPool } from "./nn/global-pool.ts";
import { layerNormalization, rmsNormalization, simplifiedLayerNormalization } from "./nn/layer-normalization.ts";
import { negativeLogLikelihoodLoss, softmaxCrossEntropyLoss } from "./nn/losses.ts";
import { matMul } from "./nn/matmul.ts";
import { maxRoiPool } from "./nn/max-roi-pool.ts";
import { maxUnpool } from "./nn/max-unpool.ts";
import { lpNormalization, lrn, meanVarianceNormalization } from "./nn/plain-normalization.ts";
import { averagePool, lpPool, maxPool } from "./nn/pool.ts";
import { rotaryEmbedding } from "./nn/rotary-embedding.ts";
import { convInteger, microsoftQLinearConv, qLinearConv } from "./quantized/convolution.ts";
import { dynamicQuantizeLinear } from "./quantized/dynamic-quantize-linear.ts";
import { dynamicQuantizeLstm } from "./quantized/dynamic-quantize-lstm.ts";
import {
  mulInteger,
  qLinearAdd,
  qLinearLeakyRelu,
  qLinearMul,
  qLinearSigmoid,
  qLinearSoftmax,
  qLinearWhere,
} from "./quantized/elementwise.ts";
import { gatherBlockQuantized } from "./quantized/gather-block-quantized.ts";
import { dynamicQuantizeMatMul, matMulInteger, matMulIntegerToFloat, qLinearMatMul } from "./quantized/matmul.ts";
import { matMulNBits } from "./quantized/matmul-n-bits.ts";
import { qLinearAveragePool, qLinearGlobalAveragePool } from "./quantized/pool.ts";
import { qEmbedLayerNormalization } from "./quantized/q-embed-layer-normalization.ts";
import { qGemm } from "./quantized/q-gemm.ts";
import { qLinearConcat } from "./quantized/q-linear-concat.ts";
import {
  dequantizeLinear,
  microsoftDequantizeLinear,
  microsoftQuantizeLinear,
  quantizeLinear,
} from "./quantized/quantize-linear.ts";
import { qLinearReduceMean, reduceSumInteger } from "./quantized/reduce.ts";
import { gru, lstm, rnn } from "./recurrent/recurrent.ts";
import { dft, stft } from "./signal/fourier.ts";
import { blackmanWindow, hammingWindow, hannWindow, melWeightMatrix } from "./signal/window.ts";
import type { OpSpec } from "./spec.ts";

/** Networks, quantized and fused operators, recurrent cells, signals and classical machine learning. */
export const specsB: readonly OpSpec[] = [
  attention,
  linearAttention,
  batchNormalization,
  causalConvWithState,
  instanceNormalization,
  groupNormalization,
  convTranspose,
  conv,
  deformConv,
  gemm,
  globalAveragePool,
  globalMaxPool,
  globalLpPool,
  layerNormalization,
  rmsNormalization,
  simplifiedLayerNormalization,
  negativeLogLikelihoodLoss,
  softmaxCrossEntropyLoss,
  matMul,
  maxRoiPool,
  maxUnpool,
  lpNormalization,
  meanVarianceNormalization,
  lrn,
  maxPool,
  averagePool,
  lpPool,
  rotaryEmbedding,
  lstm,
  gru,
  rnn,
  convInteger,
  qLinearConv,
  microsoftQLinearConv,
  dynamicQuantizeLinear,
  dynamicQuantizeLstm,
  qLinearAdd,
  qLinearMul,
  qLinearWhere,
  qLinearSigmoid,
  qLinearLeakyRelu,
  qLinearSoftmax,
  mulInteger,
  gatherBlockQuantized,
  matMulNBits,
  matMulInteger,
  qLinearMatMul,
  matMulIntegerToFloat,
  dynamicQuantizeMatMul,
  qLinearAveragePool,
  qLinearGlobalAveragePool,
  qEmbedLayerNormalization,
  qGemm,
  qLinearConcat,
  quantizeLinear,
  dequantizeLinear,
  microsoftQuantizeLinear,
  microsoftDequantizeLinear,
  qLinearReduceMean,
  reduceSumInteger,
  microsoftGelu,
  fastGelu,
  quickGelu,
  biasGelu,
  biasAdd,
  biasSoftmax,
  biasSplitGelu,
  microsoftAttention,
  qAttention,
  multiHeadAttention,
  groupQueryAttention,
  cropAndResize,
  embedLayerNormalization,
  expandDims,
  rfft,
  irfft,
  fusedConv,
  nhwcConv,
  nhwcFusedConv,
  fusedMatMul,
  fusedMatMulActivation,
  transposeMatMul,
  fusedGemm,
  inverse,
  nGramRepeatBlock,
  nhwcMaxPool,
  nchwcConv,
  nchwcMaxPool,
  nchwcAveragePool,
  nchwcGlobalAveragePool,
  nchwcGlobalMaxPool,
  reorderInput,
  reorderOutput,
  nchwcUpsample,
  microsoftRotaryEmbedding,
  skipLayerNormalization,
  skipSimplifiedLayerNormalization,
  microsoftGroupNorm,
  skipGroupNorm,
  ...sameAsOnnx,
  microsoftUnique,
  dft,
  stft,
  hannWindow,
  hammingWindow,
  blackmanWindow,
  melWeightMatrix,
  labelEncoder,
  categoryMapper,
  oneHotEncoder,
  arrayFeatureExtractor,
  featureVectorizer,
  linearRegressor,
  linearClassifier,
  zipMap,
  dictVectorizer,
  castMap,
  scaler,
  normalizer,
  imputer,
  binarizer,
  svmRegressor,
  svmClassifier,
  treeEnsemble,
  treeEnsembleRegressor,
  treeEnsembleClassifier,
];
