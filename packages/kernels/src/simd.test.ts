import { describe, expect, it } from "vitest";
import { chooseKernels } from "./choose.ts";
import { emptyErrors, emptyRanges, emptySummary, type Grids, type Kernels, pieceElements } from "./kernels.ts";
import { plainKernels } from "./plain.ts";

/**
 * The SIMD loops give the bits of the plain ones: on lengths around multiples of the vector and of a piece, and on
 * numbers that are not finite, denormal, negative zero and halfway between codes.
 */
const simd = chooseKernels();

const strange = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 2 ** -149, -(2 ** -149), 1e38];

/** Numbers in −4 … 4, many of them ties of a scale of 0.5, 0.25 …; where `odd` with what is strange among them. */
function sample(length: number, odd: boolean): Float32Array {
  let state = length * 2 + 1;
  const next = () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return Float32Array.from({ length }, () => {
    if (odd && next() < 0.1) return strange[Math.floor(next() * strange.length)]!;
    const x = next() * 8 - 4;
    return next() < 0.3 ? Math.round(x * 8) / 8 : x;
  });
}

function grids(count: number, lowest: number, highest: number): Grids {
  return {
    scales: Float32Array.from({ length: count }, (_, i) => [0.25, 0.031, 1, 1e-38, 3e30][i % 5]!),
    zeroPoints: Int32Array.from({ length: count }, (_, i) => lowest + ((i * 7) % (highest - lowest + 1))),
    lowest,
    highest,
  };
}

/** [rows, columns]: tails of every length, one row, one column, rows and columns longer than a piece. */
const shapes: readonly (readonly [number, number])[] = [
  ...[1, 2, 3, 4, 5, 15, 16, 17, 33].flatMap((n) => [[n, 7] as const, [7, n] as const]),
  [2, pieceElements + 3],
  [pieceElements + 5, 2],
  [17, 4099],
  [9000, 3],
  [3, 0],
];

/** Arrays are compared as bytes: quick, and −0 is not 0. */
function both(use: (kernels: Kernels) => Record<string, ArrayBufferView | number | readonly number[]>): void {
  const plain = use(plainKernels);
  for (const [name, value] of Object.entries(use(simd))) {
    const other = plain[name]!;
    if (ArrayBuffer.isView(value) && ArrayBuffer.isView(other)) {
      const [a, b] = [value, other].map(({ buffer, byteLength }) => Buffer.from(buffer, 0, byteLength));
      if (!a!.equals(b!)) expect(value, name).toEqual(other);
    } else expect(value, name).toEqual(other);
  }
}

it("are there", () => expect(simd.name).toBe("simd"));

describe.each([false, true])("bit for bit, strange numbers: %s", (odd) => {
  it.each(shapes)("ranges and sums of [%i, %i]", (rows, columns) => {
    const data = sample(rows * columns, odd);
    const again = sample(rows * columns + 4, odd).subarray(4);
    for (const [ranges, sums, count] of [
      ["rowRanges", "rowSums", rows],
      ["columnRanges", "columnSums", columns],
    ] as const) {
      if (count === 0) continue;
      both((kernels) => {
        const into = emptyRanges(count);
        for (const piece of [data, again]) kernels[ranges](piece, into);
        return { ...into };
      });
      both((kernels) => {
        const into = new Float64Array(count);
        for (const piece of [data, again]) kernels[sums](piece, into);
        return { into };
      });
    }
  });

  it.each(shapes)("codes and errors of [%i, %i]", (rows, columns) => {
    const data = sample(rows * columns, odd);
    for (const [lowest, highest] of [
      [-128, 127],
      [0, 255],
      [-64, 64],
      [-8, 7],
    ] as const)
      for (const [quantize, errors, count] of [
        ["quantizeRows", "rowErrors", rows],
        ["quantizeColumns", "columnErrors", columns],
      ] as const) {
        if (count === 0) continue;
        const grid = grids(count, lowest, highest);
        both((kernels) => {
          const codes = new Uint8Array(data.length);
          kernels[quantize](data, grid, codes);
          return { codes };
        });
        both((kernels) => {
          const into = emptyErrors(count);
          kernels[errors](data, grid, into);
          kernels[errors](data, grid, into);
          return { ...into };
        });
      }
  });

  it.each([0, 1, 3, 4, 5, 1001, 2 * pieceElements + 3])("summary and histogram of %i", (length) => {
    const pieces = [sample(length, odd), sample(length + 3, odd), sample(6, odd)];
    both((kernels) => {
      const into = emptySummary();
      for (const piece of pieces) kernels.summarize(piece, into);
      return { ...into };
    });
    for (const [width, bins] of [
      [0.25, 32],
      [2 ** -3, 16],
      [2, 2],
      [2 ** -10, 2 ** 17],
    ] as const)
      both((kernels) => {
        const counts = new Float64Array(bins);
        return { outside: pieces.map((piece) => kernels.histogram(piece, width, counts)), counts };
      });
  });
});

it.each([0, 1, 2, 15, 16, 17, 31, 33, pieceElements, pieceElements + 1])("packs %i codes", (length) => {
  const codes = Uint8Array.from({ length }, (_, i) => (i * 37) & 255);
  both((kernels) => {
    const packed = new Uint8Array(Math.ceil(length / 2));
    kernels.packNibbles(codes, packed);
    return { packed };
  });
});

it.each(shapes.filter(([, columns]) => columns > 0))("gathers the columns of [%i, %i]", (rows, columns) => {
  const codes = Uint8Array.from({ length: rows * columns }, (_, i) => (i * 37 + (i >> 5)) & 255);
  for (const bits of [4, 8] as const)
    both((kernels) => {
      const stride = Math.ceil((rows * bits) / 8) + 2;
      const target = new Uint8Array(columns * stride);
      kernels.gatherColumns(codes, columns, bits, target, stride);
      return { target };
    });
});
