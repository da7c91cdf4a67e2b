import { chooseKernels } from "@pare/kernels";
import { makeTensor, type Tensor } from "@pare/tensor";

/** [rows, blocks] to uint8 [rows, ⌈blocks · bits ÷ 8⌉]: four bits are packed, and each row begins on a byte. */
export function packZeroPoints(zeros: Uint8Array, rows: number, bits: 4 | 8): Tensor {
  const blocks = zeros.length / rows;
  if (bits === 8) return makeTensor("uint8", [rows, blocks], zeros);
  const width = Math.ceil(blocks / 2);
  const packed = new Uint8Array(rows * width);
  const kernels = chooseKernels();
  for (let row = 0; row < rows; row++) {
    const own = zeros.subarray(row * blocks, (row + 1) * blocks);
    kernels.packNibbles(own, packed.subarray(row * width, (row + 1) * width));
  }
  return makeTensor("uint8", [rows, width], packed);
}
