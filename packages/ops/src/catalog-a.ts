import { det } from "./algebra/det.ts";
import { einsum } from "./algebra/einsum.ts";
import { ifOp } from "./control/if.ts";
import { loop } from "./control/loop.ts";
import { scan } from "./control/scan.ts";
import { binary, prelu, swiGlu } from "./elementwise/binary.ts";
import { bitCast, cast, castLike } from "./elementwise/cast.ts";
import { clip } from "./elementwise/clip.ts";
import { comparison, floatTests } from "./elementwise/compare.ts";
import { dropout } from "./elementwise/dropout.ts";
import { unary } from "./elementwise/unary.ts";
import { where } from "./elementwise/where.ts";
import { gather, gatherElements, gatherND } from "./indexing/gather.ts";
import { oneHot } from "./indexing/one-hot.ts";
import { scatterElements, scatterND, tensorScatter } from "./indexing/scatter.ts";
import { compress, nonZero, unique } from "./indexing/select.ts";
import { topK } from "./indexing/top-k.ts";
import { randoms } from "./random/random.ts";
import { argReductions } from "./reduce/arg-reduce.ts";
import { cumulatives } from "./reduce/cumulative.ts";
import { reductions } from "./reduce/reduce.ts";
import { softmaxes } from "./reduce/softmax.ts";
import { optionals } from "./sequence/optional.ts";
import { sequenceMap, sequences } from "./sequence/sequence.ts";
import { concat } from "./shape/concat.ts";
import { constant } from "./shape/constant.ts";
import { depthToSpace, spaceToDepth } from "./shape/depth-space.ts";
import { expand } from "./shape/expand.ts";
import { constantOfShape, eyeLike, range } from "./shape/fill.ts";
import { identity } from "./shape/identity.ts";
import { pad } from "./shape/pad.ts";
import { reverseSequence, trilu } from "./shape/rearrange.ts";
import { flatten, reshape } from "./shape/reshape.ts";
import { resize, upsample } from "./shape/resize.ts";
import { shapeOp, size } from "./shape/sizes.ts";
import { slice } from "./shape/slice.ts";
import { split } from "./shape/split.ts";
import { squeeze, unsqueeze } from "./shape/squeeze.ts";
import { tile } from "./shape/tile.ts";
import { transpose } from "./shape/transpose.ts";
import type { OpSpec } from "./spec.ts";
import { strings } from "./text/strings.ts";
import { tfIdf } from "./text/tfidf.ts";
import { nonMaxSuppression, roiAlign } from "./vision/boxes.ts";
import { affineGrid, gridSample } from "./vision/grid.ts";
import { centerCropPad, col2Im, imageDecoder } from "./vision/patches.ts";

/** The default domain without layers: arithmetic, shapes, indexing, control flow, sequences, strings, vision. */
export const specsA: readonly OpSpec[] = [
  ...[...unary, ...binary, prelu, swiGlu, ...comparison, ...floatTests, where, clip, cast, castLike, bitCast, dropout],
  ...[...reductions, ...argReductions, ...cumulatives, ...softmaxes],
  ...[reshape, flatten, squeeze, unsqueeze, transpose, concat, split, slice, pad, expand, tile, identity],
  ...[constant, constantOfShape, range, eyeLike, shapeOp, size, depthToSpace, spaceToDepth, resize, upsample],
  ...[trilu, reverseSequence],
  ...[gather, gatherElements, gatherND, ...scatterElements, scatterND, tensorScatter, oneHot, compress, nonZero],
  ...[unique, topK],
  ...[ifOp, loop, scan, ...sequences, sequenceMap, ...optionals],
  ...[...randoms, ...strings, tfIdf, einsum, det],
  ...[nonMaxSuppression, roiAlign, gridSample, affineGrid, centerCropPad, col2Im, imageDecoder],
];
