/**
 * Weights too small for a normal float32 (below 2⁻¹²⁶, what weight decay leaves of unused channels) become 0: they add
 * less than 10⁻³⁸ of an input each, and processors compute with them tens of times slower.
 *
 * Only the weights of products are looked at, and no more than `mostScannedBytes` of a model: larger models pass through
 * without being read.
 */
import { makeTensor, type Tensor, tensorBytes, windows } from "@pare/tensor";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

const mostScannedBytes = 64 * 1024 * 1024;

/** What has been looked at, by scene: bytes, and tensors that hold none. */
const scanned = new WeakMap<Scene, { bytes: number; readonly clean: WeakSet<Tensor> }>();

const exponent = 0x7f800000;
const magnitude = 0x7fffffff;
const isDenormal = (bits: number) => (bits & exponent) === 0 && (bits & magnitude) !== 0;

const flushWeights: Rule = {
  ops: ["onnx.Conv", "onnx.ConvTranspose", "onnx.Gemm", "onnx.MatMul"],
  apply(node, scene) {
    for (const input of node.inputs) {
      if (input?.origin.kind !== "constant") continue;
      const { tensor } = input.origin;
      const count = denormalsIn(tensor, scene);
      if (count === 0) continue;
      return scene.rewrite(node, "set weights that are no normal numbers to 0", (edit) => {
        edit.setConstant(input, flushed(tensor));
        return [];
      });
    }
    return false;
  },
};

export const flushDenormals: Rewriting = {
  name: "simplify/flush-denormals",
  summary: "Set weights too small to be normal numbers to 0: processors compute slowly with them.",
  promise: "rounding",
  rules: [flushWeights],
};

function denormalsIn(tensor: Tensor, scene: Scene): number {
  const state = scanned.get(scene) ?? { bytes: 0, clean: new WeakSet<Tensor>() };
  scanned.set(scene, state);
  const { size } = tensor.source;
  if (tensor.dtype !== "float32" || state.clean.has(tensor) || state.bytes + size > mostScannedBytes) return 0;
  state.bytes += size;
  let count = 0;
  for (const bytes of windows(tensor.source)) {
    const words = wordsOf(bytes);
    for (let i = 0; i < words.length; i++) if (isDenormal(words[i]!)) count++;
  }
  if (count === 0) state.clean.add(tensor);
  return count;
}

function flushed(tensor: Tensor): Tensor {
  const words = wordsOf(tensorBytes(tensor)).slice();
  for (let i = 0; i < words.length; i++) if (isDenormal(words[i]!)) words[i] = 0;
  return makeTensor("float32", tensor.shape, new Uint8Array(words.buffer));
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const whole = bytes.byteOffset % 4 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint32Array(whole.buffer, whole.byteOffset, whole.byteLength >> 2);
}
