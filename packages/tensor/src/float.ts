/**
 * Narrow floats to numbers and back. Decoding is exact; encoding rounds to nearest, ties to even
 * (IEEE 754-2019, 4.3.1) from float32 precision.
 */

const word = new DataView(new ArrayBuffer(4));

function float32Bits(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

export function bfloat16ToNumber(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

export function numberToBfloat16(value: number): number {
  const bits = float32Bits(value);
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** 1 sign, 5 exponent, 10 fraction bits. */
export function float16ToNumber(bits: number): number {
  return decodeMiniFloat(bits, { exponentBits: 5, fractionBits: 10, bias: 15, special: "ieee" });
}

/** Values beyond 65504 + half a step become infinity, as IEEE asks. */
export function numberToFloat16(value: number): number {
  const bits = float32Bits(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Subnormal: adding 0.5 lines the fraction up with float16's smallest step 2^-24, rounding on the way.
    const aligned = Math.fround(Math.fround(Math.abs(Math.fround(value))) + 0.5);
    return sign | (float32Bits(aligned) - 0x3f000000);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/**
 * How the top exponent is used. `ieee`: infinities and NaN. `fn`: only the all-ones pattern is NaN.
 * `fnuz`: NaN is the pattern of negative zero. `finite`: every pattern is a number.
 */
interface MiniFloat {
  readonly exponentBits: number;
  readonly fractionBits: number;
  readonly bias: number;
  readonly special: "ieee" | "fn" | "fnuz" | "finite";
}

export const miniFloats = {
  float8e4m3fn: { exponentBits: 4, fractionBits: 3, bias: 7, special: "fn" },
  float8e4m3fnuz: { exponentBits: 4, fractionBits: 3, bias: 8, special: "fnuz" },
  float8e5m2: { exponentBits: 5, fractionBits: 2, bias: 15, special: "ieee" },
  float8e5m2fnuz: { exponentBits: 5, fractionBits: 2, bias: 16, special: "fnuz" },
  float6e2m3: { exponentBits: 2, fractionBits: 3, bias: 1, special: "finite" },
  float6e3m2: { exponentBits: 3, fractionBits: 2, bias: 3, special: "finite" },
  float4e2m1: { exponentBits: 2, fractionBits: 1, bias: 1, special: "finite" },
} as const satisfies Record<string, MiniFloat>;

export function decodeMiniFloat(bits: number, format: MiniFloat): number {
  const { exponentBits, fractionBits, bias, special } = format;
  const fraction = bits & ((1 << fractionBits) - 1);
  const exponent = (bits >>> fractionBits) & ((1 << exponentBits) - 1);
  const sign = (bits >>> (fractionBits + exponentBits)) & 1 ? -1 : 1;
  const top = (1 << exponentBits) - 1;
  if (special === "ieee" && exponent === top) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (special === "fn" && exponent === top && fraction === (1 << fractionBits) - 1) return Number.NaN;
  if (special === "fnuz" && sign === -1 && exponent === 0 && fraction === 0) return Number.NaN;
  const scale = 2 ** -fractionBits;
  if (exponent === 0) return sign * fraction * scale * 2 ** (1 - bias);
  return sign * (1 + fraction * scale) * 2 ** (exponent - bias);
}

/** A power of two, 2^(bits − 127); 255 is NaN (OCP Microscaling Formats 1.0, section 5.4.1). */
export function float8e8m0ToNumber(bits: number): number {
  return bits === 255 ? Number.NaN : 2 ** (bits - 127);
}
