/**
 * c[rows, columns] += a · b, where a(i, k) is a[i · aRow + k · aStep] (so that a may be read transposed) and b is
 * [inner, columns], row-major. Rows and columns must be multiples of 4: sixteen sums stay in registers.
 * float32 in, sums in float64 in one fixed order: the same bits on every machine.
 */
export function multiplyAdd(
  a: Float32Array,
  [aRow, aStep]: readonly [number, number],
  b: Float32Array,
  c: Float32Array,
  [rows, columns, inner]: readonly [number, number, number],
): void {
  for (let i = 0; i < rows; i += 4)
    for (let j = 0; j < columns; j += 4) {
      let c00 = 0,
        c01 = 0,
        c02 = 0,
        c03 = 0;
      let c10 = 0,
        c11 = 0,
        c12 = 0,
        c13 = 0;
      let c20 = 0,
        c21 = 0,
        c22 = 0,
        c23 = 0;
      let c30 = 0,
        c31 = 0,
        c32 = 0,
        c33 = 0;
      for (let k = 0, p = i * aRow, q = j; k < inner; k++, p += aStep, q += columns) {
        const b0 = b[q]!;
        const b1 = b[q + 1]!;
        const b2 = b[q + 2]!;
        const b3 = b[q + 3]!;
        const a0 = a[p]!;
        c00 += a0 * b0;
        c01 += a0 * b1;
        c02 += a0 * b2;
        c03 += a0 * b3;
        const a1 = a[p + aRow]!;
        c10 += a1 * b0;
        c11 += a1 * b1;
        c12 += a1 * b2;
        c13 += a1 * b3;
        const a2 = a[p + 2 * aRow]!;
        c20 += a2 * b0;
        c21 += a2 * b1;
        c22 += a2 * b2;
        c23 += a2 * b3;
        const a3 = a[p + 3 * aRow]!;
        c30 += a3 * b0;
        c31 += a3 * b1;
        c32 += a3 * b2;
        c33 += a3 * b3;
      }
      let at = i * columns + j;
      c[at]! += c00;
      c[at + 1]! += c01;
      c[at + 2]! += c02;
      c[at + 3]! += c03;
      at += columns;
      c[at]! += c10;
      c[at + 1]! += c11;
      c[at + 2]! += c12;
      c[at + 3]! += c13;
      at += columns;
      c[at]! += c20;
      c[at + 1]! += c21;
      c[at + 2]! += c22;
      c[at + 3]! += c23;
      at += columns;
      c[at]! += c30;
      c[at + 1]! += c31;
      c[at + 2]! += c32;
      c[at + 3]! += c33;
    }
}
