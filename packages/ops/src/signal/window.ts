/** Window functions of a given size, and the matrix from a spectrum to mel bins. */
import { intAttr, type OpName } from "@pare/ir";
import { sizeOrUnknown } from "../counting.ts";
import { addDims, floorDivDims } from "../dims.ts";
import type { OpSpec } from "../spec.ts";
import { dtypeOfCode, tensorType } from "../value-types.ts";

function window(op: OpName): OpSpec {
  return {
    op,
    gradient: "none",
    roles: () => ["param"],
    infer: ({ node, ints }) => [
      tensorType(dtypeOfCode(intAttr(node, "output_datatype", 1)), [sizeOrUnknown(ints(0)?.elements[0])]),
    ],
  };
}

export const hannWindow = window("onnx.HannWindow");
export const hammingWindow = window("onnx.HammingWindow");
export const blackmanWindow = window("onnx.BlackmanWindow");

/** num_mel_bins, dft_length, sample_rate, lower and upper edge → [dft_length/2 + 1, num_mel_bins]. */
export const melWeightMatrix: OpSpec = {
  op: "onnx.MelWeightMatrix",
  // The edges, in Hz, are rounded to whole frequencies.
  gradient: "none",
  roles: () => ["param"],
  infer: ({ node, ints }) => {
    const bins = ints(0)?.elements[0];
    const frequencies = addDims(floorDivDims(ints(1)?.elements[0], 2), 1);
    const dtype = dtypeOfCode(intAttr(node, "output_datatype", 1));
    return [tensorType(dtype, [sizeOrUnknown(frequencies), sizeOrUnknown(bins)])];
  },
};
