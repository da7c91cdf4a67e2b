import { makeTensor, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { type BlockMatrix, type BlockOptions, quantizeBlocks } from "./block-matrix.ts";

const four: BlockOptions = { bits: 4, block: 16, symmetric: true, clip: "none" };

function matrix(
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
  transposed = false,
): BlockMatrix {
  const element = (i: number) =>
    transposed ? at(i % rows, Math.floor(i / rows)) : at(Math.floor(i / columns), i % columns);
  const shape = transposed ? [columns, rows] : [rows, columns];
  const values = Array.from({ length: rows * columns }, (_, i) => element(i));
  return { tensor: tensorOf("float32", shape, values), transposed, rows, columns };
}

/** What the codes stand for, [N, K] padded. */
function decoded({ codes, scales, zeroPoints }: ReturnType<typeof quantizeBlocks>, bits: 4 | 8): number[] {
  const [columns, blocks, bytes] = codes.shape as [number, number, number];
  const block = (bytes * 8) / bits;
  const packed = codes.source.read(0, codes.source.size);
  const nibble = (from: Uint8Array, i: number) => (bits === 8 ? from[i]! : (from[i >> 1]! >> (4 * (i & 1))) & 15);
  const zeros = zeroPoints?.source.read(0, zeroPoints.source.size);
  const zeroWidth = zeroPoints?.shape[1] ?? 0;
  const scale = numbers(scales);
  return Array.from({ length: columns * blocks * block }, (_, i) => {
    const grid = Math.floor(i / block);
    const [column, at] = [Math.floor(grid / blocks), grid % blocks];
    const zero = zeros === undefined ? 2 ** (bits - 1) : nibble(zeros.subarray(column * zeroWidth), at);
    return (nibble(packed, i) - zero) * scale[grid]! + 0;
  });
}

describe("quantizeBlocks", () => {
  it("packs columns: two rows a byte, the first in the low half", () => {
    // Column 0 holds −8 … 7, column 1 the negatives: their largest is 8, so their scale is −1 and the codes are the same.
    const { codes, scales, zeroPoints, error } = quantizeBlocks(
      matrix(16, 2, (row, column) => (column ? 8 - row : row - 8)),
      four,
    );
    expect(codes.shape).toEqual([2, 1, 8]);
    expect([...numbers(scales)]).toEqual([1, -1]);
    expect(zeroPoints).toBeUndefined();
    const ascending = [0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe];
    expect([...codes.source.read(0, 16)]).toEqual([...ascending, ...ascending]);
    expect(error).toEqual({ largest: 0, squared: 0 });
  });

  it("fills the last block with zeros", () => {
    const made = quantizeBlocks(
      matrix(17, 1, (row) => (row === 16 ? 4 : -8)),
      four,
    );
    expect(made.codes.shape).toEqual([1, 2, 8]);
    expect(decoded(made, 4)).toEqual([...new Array(16).fill(-8), 4, ...new Array(15).fill(0)]);
  });

  it("has zero points, each column's from a byte on", () => {
    const made = quantizeBlocks(
      matrix(48, 2, (row, column) => (row % 16) + column),
      { ...four, symmetric: false },
    );
    expect(made.zeroPoints?.shape).toEqual([2, 2]);
    expect(numbers(made.zeroPoints!)[1]! >> 4).toBe(0);
    // 0 … 15 fits exactly; 1 … 16 reaches down to 0: steps of 16 ÷ 15.
    expect(decoded(made, 4).slice(0, 48)).toEqual(Array.from({ length: 48 }, (_, i) => i % 16));
    expect(numbers(made.scales)[3]).toBe(Math.fround(16 / 15));
  });

  it.each([4, 8] as const)("gives %i bits: the nearest code of each block, the same from either side", (bits) => {
    for (const symmetric of [true, false])
      for (const [rows, columns] of [
        [64, 5],
        [70, 33],
        [16, 1],
      ] as const) {
        const at = (row: number, column: number) => Math.sin(row * 7 + column * 3) * (1 + (row % 3));
        const options: BlockOptions = { bits, block: 32, symmetric, clip: "none" };
        const made = quantizeBlocks(matrix(rows, columns, at), options);
        const turned = quantizeBlocks(matrix(rows, columns, at, true), options);
        const values = decoded(made, bits);
        expect(decoded(turned, bits)).toEqual(values);
        const blocks = Math.ceil(rows / 32);
        const scales = numbers(made.scales);
        let squared = 0;
        for (let column = 0; column < columns; column++)
          for (let row = 0; row < rows; row++) {
            const error = Math.abs(Math.fround(at(row, column)) - values[column * blocks * 32 + row]!);
            const step = Math.abs(scales[column * blocks + Math.floor(row / 32)]!);
            expect(error).toBeLessThanOrEqual(step * 1.0001);
            squared += error * error;
          }
        expect(made.error.squared).toBeCloseTo(squared, 4);
        const step = scales.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
        expect(made.error.largest).toBeLessThanOrEqual(step * 1.0001);
      }
  });

  it("loses less where scales are fitted", () => {
    const weights = matrix(256, 4, (row) => (row === 0 ? 9 : (row % 15) - 7));
    const error = (clip: "none" | "mse") => quantizeBlocks(weights, { ...four, block: 256, clip }).error.squared;
    expect(error("mse")).toBeLessThan(0.5 * error("none"));
  });

  it("takes a rounder of one's own", () => {
    const rounder = {
      grids: () => ({
        grids: { scales: Float32Array.of(2), zeroPoints: Int32Array.of(8), lowest: 0, highest: 15 },
        error: { largest: 0, squared: 0 },
      }),
      codes: ({ data }: { data: Float32Array }) => new Uint8Array(data.length).fill(9),
    };
    const made = quantizeBlocks(
      matrix(16, 1, () => 1),
      { ...four, rounder },
    );
    expect(decoded(made, 4)).toEqual(new Array(16).fill(2));
  });

  it("computes codes of weights in files when they are read, in any pieces", () => {
    const values = Float32Array.from({ length: 2048 * 5000 }, (_, i) => Math.sin(i));
    const bytes = new Uint8Array(values.buffer);
    const source = { size: bytes.length, read: (from: number, length: number) => bytes.subarray(from, from + length) };
    for (const transposed of [false, true]) {
      const shape = transposed ? [5000, 2048] : [2048, 5000];
      const of = (tensor: Tensor) =>
        quantizeBlocks({ tensor, transposed, rows: 2048, columns: 5000 }, { ...four, block: 128 });
      const kept = of(makeTensor("float32", shape, bytes)).codes.source;
      const lazy = of(makeTensor("float32", shape, source)).codes.source;
      for (const [from, length] of [
        [0, 100],
        [1_000_003, 4_000_000],
        [lazy.size - 5, 5],
      ] as const)
        expect(Buffer.compare(lazy.read(from, length), kept.read(from, length))).toBe(0);
    }
  });

  it("refuses NaN and infinity", () => {
    expect(() =>
      quantizeBlocks(
        matrix(16, 1, (row) => (row === 3 ? Number.NaN : 1)),
        four,
      ),
    ).toThrow(/got 1 NaN or infinite/);
  });
});
