/** What a file of MatMulNBits nodes (four bits, symmetric) made of the weights that it came from. */
import { readModel } from "@pare/formats";
import { intAttr, type Node } from "@pare/ir";
import { float32s, makeTensor, SliceSource, type Tensor } from "@pare/tensor";

export interface BlockErrors {
  readonly weights: number;
  /** Σ (w − ŵ)². */
  readonly squared: number;
  /** Numbers that another code of their block is nearer to. */
  readonly notNearest: number;
  /** max |w − ŵ| ÷ |scale|, of the numbers that are not clipped, and of those that are. */
  readonly steps: number;
  readonly clippedSteps: number;
}

export function blockErrors(originalPath: string, quantizedPath: string): BlockErrors {
  const [original, quantized] = [readModel(originalPath), readModel(quantizedPath)];
  const sum = { weights: 0, squared: 0, notNearest: 0, steps: 0, clippedSteps: 0 };
  const products = [...original.graph.nodes].filter(({ type }) => type === "MatMul");
  for (const node of products) {
    const made = [...quantized.graph.nodes].find(({ outputs }) => outputs[0]?.name === node.outputs[0]?.name);
    if (made?.type !== "MatMulNBits") throw new Error(`${node.outputs[0]?.name} is a ${made?.type}`);
    addErrors(sum, node, made);
  }
  return sum;
}

function constant(node: Node, slot: number): Tensor {
  const origin = node.inputs[slot]?.origin;
  if (origin?.kind !== "constant") throw new Error(`${node.name}: input ${slot} is no constant`);
  return origin.tensor;
}

/** A group of rows at a time: a block of each column. */
function addErrors(sum: { -readonly [K in keyof BlockErrors]: number }, node: Node, made: Node): void {
  const weight = constant(node, 1);
  const [rows, columns] = weight.shape as [number, number];
  const block = intAttr(made, "block_size", 32);
  const blocks = Math.ceil(rows / block);
  const codes = constant(made, 1).source;
  const packed = new Uint8Array(codes.size);
  for (let at = 0; at < codes.size; at += 1 << 24) packed.set(codes.read(at, Math.min(1 << 24, codes.size - at)), at);
  const scales = float32s(constant(made, 2));
  for (let b = 0; b < blocks; b++) {
    const height = Math.min(block, rows - b * block);
    const bytes = new SliceSource(weight.source, b * block * columns * 4, height * columns * 4);
    const data = float32s(makeTensor("float32", [height, columns], bytes));
    for (let column = 0; column < columns; column++) {
      const grid = column * blocks + b;
      const scale = scales[grid]!;
      for (let row = 0; row < height; row++) {
        const w = data[row * columns + column]!;
        const code = ((packed[(grid * block + row) >> 1]! >> (4 * (row & 1))) & 15) - 8;
        const error = w - code * scale;
        const steps = Math.abs(error / scale);
        // Within float32's rounding of the quotient both neighbours of a tie are nearest.
        const isClipped = (code === 7 && w / scale > 7) || (code === -8 && w / scale < -8);
        if (isClipped) sum.clippedSteps = Math.max(sum.clippedSteps, steps);
        else sum.steps = Math.max(sum.steps, steps);
        if (!isClipped && steps > 0.5 + 1e-6) sum.notNearest++;
        sum.squared += error * error;
      }
    }
  }
  sum.weights += rows * columns;
}
