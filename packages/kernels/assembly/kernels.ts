/**
 * The loops of src/plain.ts in AssemblyScript (`npm run build:kernels`). Addresses are in bytes; nothing is allocated:
 * the caller lays out the memory. Lengths need not be multiples of four, vectors need not be aligned.
 */

/** All ones in each lane that is neither NaN nor infinite. */
@inline
function finiteLanes(v: v128): v128 {
  return f32x4.le(f32x4.abs(v), f32x4.splat(f32.MAX_VALUE));
}

@inline
function isFiniteNumber(x: f32): bool {
  return abs<f32>(x) <= f32.MAX_VALUE;
}

/** Lanes 0 and 1 as float64. */
@inline
function low(v: v128): v128 {
  return f64x2.promote_low_f32x4(v);
}

/** Lanes 2 and 3 as float64. */
@inline
function high(v: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 1));
}

@inline
function leastLane(v: v128): f32 {
  return min<f32>(
    min<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    min<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

@inline
function largestLane(v: v128): f32 {
  return max<f32>(
    max<f32>(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    max<f32>(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  );
}

@inline
function sumOfLanes(v: v128): i32 {
  return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}

@inline
function addTo(address: usize, x: f64): void {
  store<f64>(address, load<f64>(address) + x);
}

/** `state`: four f64 sums, four f64 sums of squares, f32 least, f32 largest. Gives how many are not finite. */
export function summarize(data: usize, length: i32, state: usize): i32 {
  let s01 = v128.load(state);
  let s23 = v128.load(state, 16);
  let q01 = v128.load(state, 32);
  let q23 = v128.load(state, 48);
  let least = f32x4.splat(load<f32>(state, 64));
  let most = f32x4.splat(load<f32>(state, 68));
  let finite = i32x4.splat(0);
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const x = v128.load(data + (<usize>i << 2));
    const keep = finiteLanes(x);
    least = f32x4.pmin(least, v128.bitselect(x, f32x4.splat(Infinity), keep));
    most = f32x4.pmax(most, v128.bitselect(x, f32x4.splat(-Infinity), keep));
    const known = v128.and(x, keep);
    const a = low(known);
    const b = high(known);
    s01 = f64x2.add(s01, a);
    s23 = f64x2.add(s23, b);
    q01 = f64x2.add(q01, f64x2.mul(a, a));
    q23 = f64x2.add(q23, f64x2.mul(b, b));
    finite = i32x4.sub(finite, keep);
  }
  v128.store(state, s01);
  v128.store(state, s23, 16);
  v128.store(state, q01, 32);
  v128.store(state, q23, 48);
  let minimum = leastLane(least);
  let maximum = largestLane(most);
  let count = sumOfLanes(finite);
  for (let i = whole; i < length; i++) {
    const x = load<f32>(data + (<usize>i << 2));
    if (!isFiniteNumber(x)) continue;
    const lane = state + (<usize>(i & 3) << 3);
    addTo(lane, <f64>x);
    addTo(lane + 32, <f64>x * <f64>x);
    minimum = min<f32>(minimum, x);
    maximum = max<f32>(maximum, x);
    count++;
  }
  store<f32>(state, minimum + 0, 64);
  store<f32>(state, maximum + 0, 68);
  return length - count;
}

/** `counts`: four u32 for each bin, one for each lane; they are added to. Gives how many finite values lie outside. */
export function histogram(data: usize, length: i32, perWidth: f64, counts: usize, bins: i32): i32 {
  const factor = f64x2.splat(perWidth);
  const half = i32x4.splat(bins >> 1);
  let outside = 0;
  const whole = length & ~3;
  for (let i = 0; i < whole; i += 4) {
    const x = v128.load(data + (<usize>i << 2));
    const a = i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.mul(low(x), factor)));
    const b = i32x4.trunc_sat_f64x2_s_zero(f64x2.floor(f64x2.mul(high(x), factor)));
    const bin = i32x4.add(v128.shuffle<i64>(a, b, 0, 2), half);
    // What is not finite goes to bin −1, and is taken off again.
    const keep = finiteLanes(x);
    const place = v128.or(bin, v128.not(keep));
    outside -= 4 + sumOfLanes(keep);
    outside += tally(i32x4.extract_lane(place, 0), counts, bins);
    outside += tally(i32x4.extract_lane(place, 1), counts + 4, bins);
    outside += tally(i32x4.extract_lane(place, 2), counts + 8, bins);
    outside += tally(i32x4.extract_lane(place, 3), counts + 12, bins);
  }
  for (let i = whole; i < length; i++) {
    const x = load<f32>(data + (<usize>i << 2));
    if (!isFiniteNumber(x)) continue;
    outside += tally(<i32>floor<f64>(<f64>x * perWidth) + (bins >> 1), counts, bins);
  }
  return outside;
}

@inline
function tally(bin: i32, counts: usize, bins: i32): i32 {
  if (<u32>bin >= <u32>bins) return 1;
  const at = counts + (<usize>bin << 4);
  store<u32>(at, load<u32>(at) + 1);
  return 0;
}

/** `mins`, `maxs`: an f32 for each row. Gives how many are not finite. */
export function rowRanges(data: usize, rows: i32, length: i32, mins: usize, maxs: usize): i32 {
  const whole = length & ~3;
  let finite = i32x4.splat(0);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const start = data + <usize>row * <usize>length * 4;
    const at = <usize>row << 2;
    let least = f32x4.splat(load<f32>(mins + at));
    let most = f32x4.splat(load<f32>(maxs + at));
    for (let i = 0; i < whole; i += 4) {
      const x = v128.load(start + (<usize>i << 2));
      const keep = finiteLanes(x);
      least = f32x4.pmin(least, v128.bitselect(x, f32x4.splat(Infinity), keep));
      most = f32x4.pmax(most, v128.bitselect(x, f32x4.splat(-Infinity), keep));
      finite = i32x4.sub(finite, keep);
    }
    let minimum = leastLane(least);
    let maximum = largestLane(most);
    for (let i = whole; i < length; i++) {
      const x = load<f32>(start + (<usize>i << 2));
      if (!isFiniteNumber(x)) continue;
      minimum = min<f32>(minimum, x);
      maximum = max<f32>(maximum, x);
      count++;
    }
    store<f32>(mins + at, minimum + 0);
    store<f32>(maxs + at, maximum + 0);
  }
  return rows * length - count - sumOfLanes(finite);
}

/** `mins`, `maxs`: an f32 for each column. Gives how many are not finite. */
export function columnRanges(data: usize, rows: i32, columns: i32, mins: usize, maxs: usize): i32 {
  const whole = columns & ~3;
  const stride = <usize>columns << 2;
  let finite = i32x4.splat(0);
  let count = 0;
  for (let column = 0; column < whole; column += 4) {
    const at = <usize>column << 2;
    let least = v128.load(mins + at);
    let most = v128.load(maxs + at);
    let from = data + at;
    for (let row = 0; row < rows; row++) {
      const x = v128.load(from);
      const keep = finiteLanes(x);
      least = f32x4.pmin(least, v128.bitselect(x, f32x4.splat(Infinity), keep));
      most = f32x4.pmax(most, v128.bitselect(x, f32x4.splat(-Infinity), keep));
      finite = i32x4.sub(finite, keep);
      from += stride;
    }
    v128.store(mins + at, f32x4.add(least, f32x4.splat(0)));
    v128.store(maxs + at, f32x4.add(most, f32x4.splat(0)));
  }
  for (let column = whole; column < columns; column++) {
    const at = <usize>column << 2;
    let minimum = load<f32>(mins + at);
    let maximum = load<f32>(maxs + at);
    for (let row = 0; row < rows; row++) {
      const x = load<f32>(data + at + <usize>row * stride);
      if (!isFiniteNumber(x)) continue;
      minimum = min<f32>(minimum, x);
      maximum = max<f32>(maximum, x);
      count++;
    }
    store<f32>(mins + at, minimum + 0);
    store<f32>(maxs + at, maximum + 0);
  }
  return rows * columns - count - sumOfLanes(finite);
}

/** Adds the sum of two vectors' four lanes: (0 + 1) + (2 + 3). */
@inline
function addLanes(address: usize, ab: v128, cd: v128): void {
  const left = f64x2.extract_lane(ab, 0) + f64x2.extract_lane(ab, 1);
  addTo(address, left + (f64x2.extract_lane(cd, 0) + f64x2.extract_lane(cd, 1)));
}

/** x at place `lane` of four float64 in two vectors, zero elsewhere. */
@inline
function pairWith(x: f64, lane: i32, first: i32): v128 {
  return f64x2.replace_lane(
    f64x2.replace_lane(f64x2.splat(0), 0, lane == first ? x : 0),
    1,
    lane == first + 1 ? x : 0,
  );
}

/** `sums`: an f64 for each row. */
export function rowSums(data: usize, rows: i32, length: i32, sums: usize): void {
  const whole = length & ~3;
  for (let row = 0; row < rows; row++) {
    const start = data + <usize>row * <usize>length * 4;
    let ab = f64x2.splat(0);
    let cd = f64x2.splat(0);
    for (let i = 0; i < whole; i += 4) {
      const x = v128.load(start + (<usize>i << 2));
      const known = v128.and(x, finiteLanes(x));
      ab = f64x2.add(ab, low(known));
      cd = f64x2.add(cd, high(known));
    }
    for (let i = whole; i < length; i++) {
      const x = load<f32>(start + (<usize>i << 2));
      if (!isFiniteNumber(x)) continue;
      ab = f64x2.add(ab, pairWith(<f64>x, i & 3, 0));
      cd = f64x2.add(cd, pairWith(<f64>x, i & 3, 2));
    }
    addLanes(sums + (<usize>row << 3), ab, cd);
  }
}

/** `sums`: an f64 for each column. */
export function columnSums(data: usize, rows: i32, columns: i32, sums: usize): void {
  const whole = columns & ~3;
  const stride = <usize>columns << 2;
  for (let column = 0; column < whole; column += 4) {
    const into = sums + (<usize>column << 3);
    let ab = v128.load(into);
    let cd = v128.load(into, 16);
    let from = data + (<usize>column << 2);
    for (let row = 0; row < rows; row++) {
      const x = v128.load(from);
      const known = v128.and(x, finiteLanes(x));
      ab = f64x2.add(ab, low(known));
      cd = f64x2.add(cd, high(known));
      from += stride;
    }
    v128.store(into, ab);
    v128.store(into, cd, 16);
  }
  for (let column = whole; column < columns; column++)
    for (let row = 0; row < rows; row++) {
      const x = load<f32>(data + (<usize>column << 2) + <usize>row * stride);
      if (isFiniteNumber(x)) addTo(sums + (<usize>column << 3), <f64>x);
    }
}

/** Steps from the zero point, whole numbers; NaN stays. */
@inline
function stepsOf(x: v128, scale: v128, lowest: v128, highest: v128): v128 {
  return f32x4.nearest(f32x4.pmin(f32x4.pmax(f32x4.div(x, scale), lowest), highest));
}

@inline
function stepsOfOne(x: f32, scale: f32, lowest: f32, highest: f32): f32 {
  const steps = x / scale;
  return steps < lowest ? lowest : steps > highest ? highest : nearest<f32>(steps);
}

@inline
function codesOf(steps: v128, zero: v128): v128 {
  return i32x4.add(i32x4.trunc_sat_f32x4_s(steps), zero);
}

/** The low bytes of sixteen 32-bit numbers. */
@inline
function lowBytes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = v128.shuffle<i8>(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
  const cd = v128.shuffle<i8>(c, d, 0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
  return v128.shuffle<i64>(ab, cd, 0, 2);
}

@inline
function storeCode(to: usize, x: f32, scale: f32, zero: i32, first: i32, last: i32): void {
  const steps = stepsOfOne(x, scale, <f32>(first - zero), <f32>(last - zero));
  store<u8>(to, <u8>(<i32>steps + zero));
}

/** `scales`: an f32, `zeros`: an i32 for each row. */
export function quantizeRows(
  data: usize,
  rows: i32,
  length: i32,
  scales: usize,
  zeros: usize,
  first: i32,
  last: i32,
  codes: usize,
): void {
  const whole = length & ~15;
  for (let row = 0; row < rows; row++) {
    const start = data + <usize>row * <usize>length * 4;
    const to = codes + <usize>row * <usize>length;
    const ownScale = load<f32>(scales + (<usize>row << 2));
    const ownZero = load<i32>(zeros + (<usize>row << 2));
    const scale = f32x4.splat(ownScale);
    const zero = i32x4.splat(ownZero);
    const lowest = f32x4.splat(<f32>(first - ownZero));
    const highest = f32x4.splat(<f32>(last - ownZero));
    for (let i = 0; i < whole; i += 16) {
      const from = start + (<usize>i << 2);
      const a = codesOf(stepsOf(v128.load(from), scale, lowest, highest), zero);
      const b = codesOf(stepsOf(v128.load(from, 16), scale, lowest, highest), zero);
      const c = codesOf(stepsOf(v128.load(from, 32), scale, lowest, highest), zero);
      const d = codesOf(stepsOf(v128.load(from, 48), scale, lowest, highest), zero);
      v128.store(to + <usize>i, lowBytes(a, b, c, d));
    }
    for (let i = whole; i < length; i++)
      storeCode(to + <usize>i, load<f32>(start + (<usize>i << 2)), ownScale, ownZero, first, last);
  }
}

@inline
function columnCodes(from: usize, scales: usize, zeros: usize, first: v128, last: v128): v128 {
  const zero = v128.load(zeros);
  const lowest = f32x4.convert_i32x4_s(i32x4.sub(first, zero));
  const highest = f32x4.convert_i32x4_s(i32x4.sub(last, zero));
  return codesOf(stepsOf(v128.load(from), v128.load(scales), lowest, highest), zero);
}

/** `scales`: an f32, `zeros`: an i32 for each column. */
export function quantizeColumns(
  data: usize,
  rows: i32,
  columns: i32,
  scales: usize,
  zeros: usize,
  first: i32,
  last: i32,
  codes: usize,
): void {
  const whole = columns & ~15;
  const lowest = i32x4.splat(first);
  const highest = i32x4.splat(last);
  for (let row = 0; row < rows; row++) {
    const start = data + <usize>row * <usize>columns * 4;
    const to = codes + <usize>row * <usize>columns;
    for (let i = 0; i < whole; i += 16) {
      const at = <usize>i << 2;
      const a = columnCodes(start + at, scales + at, zeros + at, lowest, highest);
      const b = columnCodes(start + at + 16, scales + at + 16, zeros + at + 16, lowest, highest);
      const c = columnCodes(start + at + 32, scales + at + 32, zeros + at + 32, lowest, highest);
      const d = columnCodes(start + at + 48, scales + at + 48, zeros + at + 48, lowest, highest);
      v128.store(to + <usize>i, lowBytes(a, b, c, d));
    }
    for (let i = whole; i < columns; i++) {
      const at = <usize>i << 2;
      storeCode(to + <usize>i, load<f32>(start + at), load<f32>(scales + at), load<i32>(zeros + at), first, last);
    }
  }
}

@inline
function errorOf(x: v128, scale: v128, lowest: v128, highest: v128): v128 {
  return f32x4.abs(f32x4.sub(x, f32x4.mul(stepsOf(x, scale, lowest, highest), scale)));
}

@inline
function errorOfOne(x: f32, scale: f32, lowest: f32, highest: f32): f32 {
  return abs<f32>(x - stepsOfOne(x, scale, lowest, highest) * scale);
}

/** `squared`: an f64, `largest`: an f32 for each row. */
export function rowErrors(
  data: usize,
  rows: i32,
  length: i32,
  scales: usize,
  zeros: usize,
  first: i32,
  last: i32,
  squared: usize,
  largest: usize,
): void {
  const whole = length & ~3;
  for (let row = 0; row < rows; row++) {
    const start = data + <usize>row * <usize>length * 4;
    const at = <usize>row << 2;
    const ownScale = load<f32>(scales + at);
    const ownLowest = <f32>(first - load<i32>(zeros + at));
    const ownHighest = <f32>(last - load<i32>(zeros + at));
    const scale = f32x4.splat(ownScale);
    const lowest = f32x4.splat(ownLowest);
    const highest = f32x4.splat(ownHighest);
    let most = f32x4.splat(load<f32>(largest + at));
    let ab = f64x2.splat(0);
    let cd = f64x2.splat(0);
    for (let i = 0; i < whole; i += 4) {
      const error = errorOf(v128.load(start + (<usize>i << 2)), scale, lowest, highest);
      const a = low(error);
      const b = high(error);
      ab = f64x2.add(ab, f64x2.mul(a, a));
      cd = f64x2.add(cd, f64x2.mul(b, b));
      most = f32x4.pmax(most, error);
    }
    let maximum = largestLane(most);
    for (let i = whole; i < length; i++) {
      const error = errorOfOne(load<f32>(start + (<usize>i << 2)), ownScale, ownLowest, ownHighest);
      const square = <f64>error * <f64>error;
      ab = f64x2.add(ab, pairWith(square, i & 3, 0));
      cd = f64x2.add(cd, pairWith(square, i & 3, 2));
      if (error > maximum) maximum = error;
    }
    addLanes(squared + (at << 1), ab, cd);
    store<f32>(largest + at, maximum);
  }
}

/** `squared`: an f64, `largest`: an f32 for each column. */
export function columnErrors(
  data: usize,
  rows: i32,
  columns: i32,
  scales: usize,
  zeros: usize,
  first: i32,
  last: i32,
  squared: usize,
  largest: usize,
): void {
  const whole = columns & ~3;
  const stride = <usize>columns << 2;
  for (let column = 0; column < whole; column += 4) {
    const at = <usize>column << 2;
    const into = squared + (at << 1);
    const scale = v128.load(scales + at);
    const zero = v128.load(zeros + at);
    const lowest = f32x4.convert_i32x4_s(i32x4.sub(i32x4.splat(first), zero));
    const highest = f32x4.convert_i32x4_s(i32x4.sub(i32x4.splat(last), zero));
    let most = v128.load(largest + at);
    let ab = v128.load(into);
    let cd = v128.load(into, 16);
    let from = data + at;
    for (let row = 0; row < rows; row++) {
      const error = errorOf(v128.load(from), scale, lowest, highest);
      const a = low(error);
      const b = high(error);
      ab = f64x2.add(ab, f64x2.mul(a, a));
      cd = f64x2.add(cd, f64x2.mul(b, b));
      most = f32x4.pmax(most, error);
      from += stride;
    }
    v128.store(into, ab);
    v128.store(into, cd, 16);
    v128.store(largest + at, most);
  }
  for (let column = whole; column < columns; column++) {
    const at = <usize>column << 2;
    const zero = load<i32>(zeros + at);
    const scale = load<f32>(scales + at);
    let maximum = load<f32>(largest + at);
    for (let row = 0; row < rows; row++) {
      const x = load<f32>(data + at + <usize>row * stride);
      const error = errorOfOne(x, scale, <f32>(first - zero), <f32>(last - zero));
      addTo(squared + (at << 1), <f64>error * <f64>error);
      if (error > maximum) maximum = error;
    }
    store<f32>(largest + at, maximum);
  }
}

/** The low four bits of `count` codes, two a byte. */
export function packNibbles(codes: usize, count: i32, packed: usize): void {
  const whole = count & ~15;
  for (let i = 0; i < whole; i += 16) {
    const pairs = v128.load(codes + <usize>i);
    const bytes = v128.or(
      v128.and(pairs, i16x8.splat(0x000f)),
      v128.and(i16x8.shr_u(pairs, 4), i16x8.splat(0x00f0)),
    );
    const narrow = i8x16.narrow_i16x8_u(bytes, bytes);
    store<i64>(packed + (<usize>i >> 1), i64x2.extract_lane(narrow, 0));
  }
  for (let i = whole; i < count; i += 2) {
    const next: u8 = i + 1 < count ? load<u8>(codes + <usize>i, 1) : 0;
    store<u8>(packed + (<usize>i >> 1), (load<u8>(codes + <usize>i) & 15) | (next << 4));
  }
}

@inline
function scatter(bytes: v128, to: usize, stride: usize): void {
  v128.store_lane<u8>(to, bytes, 0);
  v128.store_lane<u8>(to + stride, bytes, 1);
  v128.store_lane<u8>(to + stride * 2, bytes, 2);
  v128.store_lane<u8>(to + stride * 3, bytes, 3);
  v128.store_lane<u8>(to + stride * 4, bytes, 4);
  v128.store_lane<u8>(to + stride * 5, bytes, 5);
  v128.store_lane<u8>(to + stride * 6, bytes, 6);
  v128.store_lane<u8>(to + stride * 7, bytes, 7);
  v128.store_lane<u8>(to + stride * 8, bytes, 8);
  v128.store_lane<u8>(to + stride * 9, bytes, 9);
  v128.store_lane<u8>(to + stride * 10, bytes, 10);
  v128.store_lane<u8>(to + stride * 11, bytes, 11);
  v128.store_lane<u8>(to + stride * 12, bytes, 12);
  v128.store_lane<u8>(to + stride * 13, bytes, 13);
  v128.store_lane<u8>(to + stride * 14, bytes, 14);
  v128.store_lane<u8>(to + stride * 15, bytes, 15);
}

/** Codes [rows, columns] to [columns, rows]; `stride` bytes from one column of the result to the next. */
export function gatherBytes(codes: usize, rows: i32, columns: i32, to: usize, stride: usize): void {
  const whole = columns & ~15;
  for (let column = 0; column < whole; column += 16)
    for (let row = 0; row < rows; row++)
      scatter(
        v128.load(codes + <usize>row * <usize>columns + <usize>column),
        to + <usize>column * stride + <usize>row,
        stride,
      );
  for (let column = whole; column < columns; column++)
    for (let row = 0; row < rows; row++)
      store<u8>(
        to + <usize>column * stride + <usize>row,
        load<u8>(codes + <usize>row * <usize>columns + <usize>column),
      );
}

/** The same, two rows a byte, the first in the low half; a last row without neighbour has 0 beside it. */
export function gatherNibbles(codes: usize, rows: i32, columns: i32, to: usize, stride: usize): void {
  const whole = columns & ~15;
  for (let row = 0; row < rows; row += 2) {
    const from = codes + <usize>row * <usize>columns;
    const hasNext = row + 1 < rows;
    const into = to + (<usize>row >> 1);
    for (let column = 0; column < whole; column += 16) {
      const next = hasNext ? v128.load(from + <usize>column + <usize>columns) : i8x16.splat(0);
      const pair = v128.or(v128.and(v128.load(from + <usize>column), i8x16.splat(15)), i8x16.shl(next, 4));
      scatter(pair, into + <usize>column * stride, stride);
    }
    for (let column = whole; column < columns; column++) {
      const next: u8 = hasNext ? load<u8>(from + <usize>column + <usize>columns) : 0;
      store<u8>(into + <usize>column * stride, (load<u8>(from + <usize>column) & 15) | (next << 4));
    }
  }
}
