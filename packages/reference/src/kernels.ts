import { contractions } from "./algebra/einsum.ts";
import { activations } from "./elementwise/activations.ts";
import { binary } from "./elementwise/binary.ts";
import { choices } from "./elementwise/choice.ts";
import { unary } from "./elementwise/unary.ts";
import { gathers } from "./indexing/gather.ts";
import { scatters } from "./indexing/scatter.ts";
import { selections } from "./indexing/select.ts";
import type { Kernels } from "./kernel.ts";
import { batchNorms } from "./nn/batch-norm.ts";
import { convolutions } from "./nn/conv.ts";
import { products } from "./nn/matmul.ts";
import { normalizations } from "./nn/normalization.ts";
import { pools } from "./nn/pool.ts";
import { quantizers } from "./quantized/quantize-linear.ts";
import { alongAxes } from "./reduce/along-axis.ts";
import { reductions } from "./reduce/reduce.ts";
import { fills } from "./shape/fill.ts";
import { layouts } from "./shape/layout.ts";
import { reshapes } from "./shape/reshape.ts";
import { resizes } from "./shape/resize.ts";

/** Every operator that can be evaluated: THE list, one line a family. */
export const kernels: Kernels = {
  ...unary,
  ...activations,
  ...binary,
  ...choices,
  ...reductions,
  ...alongAxes,
  ...fills,
  ...reshapes,
  ...layouts,
  ...resizes,
  ...gathers,
  ...scatters,
  ...selections,
  ...contractions,
  ...products,
  ...convolutions,
  ...pools,
  ...batchNorms,
  ...normalizations,
  ...quantizers,
};
