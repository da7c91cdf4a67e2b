import type { Shape } from "../broadcast.ts";
import { equalDims, exactDivDims, mulDims, productDims } from "../dims.ts";
import { keeps, opaque } from "../rules.ts";
import type { AxisLink, AxisMap } from "../spec.ts";

/** Neighbouring axes of both shapes that hold the same elements: [2,3] and [6]. */
interface Group {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/**
 * How the axes of two shapes of the same elements in the same order correspond (Reshape, Flatten, Squeeze).
 * [N,C,H,W] to [N,C·H·W]: N to 0 same; C to 1 repeated H·W times; H opaque; W to 1 in blocks of W.
 */
export function regroupedAxes(input: Shape, output: Shape): readonly AxisLink[] {
  if (input.includes(0) || output.includes(0))
    return groupLinks({ from: indices(input), to: indices(output) }, input, output);
  return groups(input, output).flatMap((group) => groupLinks(group, input, output));
}

function indices(shape: Shape): number[] {
  return Array.from(shape, (_, axis) => axis);
}

function groups(input: Shape, output: Shape): Group[] {
  const found: Group[] = [];
  let [i, j] = [0, 0];
  while (i < input.length && j < output.length) {
    if (input[i] === 1 && output[j] !== 1) i++;
    else if (output[j] === 1 && input[i] !== 1) j++;
    else {
      const group = nextGroup(input, output, i, j);
      found.push(group);
      i += group.from.length;
      j += group.to.length;
    }
  }
  return found;
}

/** The smallest group that starts at these axes; all that is left where sizes cannot be compared. */
function nextGroup(input: Shape, output: Shape, i: number, j: number): Group {
  const from = [i];
  const to = [j];
  let [left, right] = [input[i], output[j]];
  while (equalDims(left, right) !== true) {
    const nextFrom = i + from.length;
    const nextTo = j + to.length;
    if (exactDivDims(right, left) !== undefined && nextFrom < input.length) {
      from.push(nextFrom);
      left = mulDims(left, input[nextFrom]);
    } else if (exactDivDims(left, right) !== undefined && nextTo < output.length) {
      to.push(nextTo);
      right = mulDims(right, output[nextTo]);
    } else {
      return smallerStep(input, output, from, to, [left, right]) ?? { from: rest(input, i), to: rest(output, j) };
    }
  }
  return { from, to };
}

/** Numbers that do not divide each other ([4,6] and [6,4]): take in the next axis of the smaller side until they meet. */
function smallerStep(
  input: Shape,
  output: Shape,
  from: number[],
  to: number[],
  sizes: [Shape[number], Shape[number]],
): Group | undefined {
  let [left, right] = sizes;
  while (left !== right) {
    if (typeof left !== "number" || typeof right !== "number") return undefined;
    const [side, shape] = left < right ? [from, input] : [to, output];
    const next = side.at(-1)! + 1;
    if (next >= shape.length) return undefined;
    side.push(next);
    if (left < right) left = mulDims(left, shape[next]);
    else right = mulDims(right, shape[next]);
  }
  return { from, to };
}

function rest(shape: Shape, start: number): number[] {
  return indices(shape).slice(start);
}

function groupLinks({ from, to }: Group, input: Shape, output: Shape): AxisLink[] {
  if (from.length === 1 && to.length === 1) return [keeps(0, from[0]!, to[0]!)];
  if (to.length === 1) return from.map((axis, place) => link(axis, to[0]!, mapOf(from, place, input)));
  if (from.length === 1) return to.map((axis, place) => link(from[0]!, axis, mapOf(to, place, output)));
  return from.flatMap((a) => to.map((b) => opaque(0, a, b)));
}

function link(from: number, to: number, map: AxisMap | undefined): AxisLink {
  return map === undefined ? opaque(0, from, to) : keeps(0, from, to, 0, map);
}

/** Where one of several axes lies in the axis that they make together; undefined between others. */
function mapOf(axes: readonly number[], place: number, shape: Shape): AxisMap | undefined {
  const sizes = axes.map((axis) => shape[axis]);
  const outer = productDims(sizes.slice(0, place));
  const inner = productDims(sizes.slice(place + 1));
  const size = sizes[place];
  if (outer === 1 && inner === 1) return { kind: "same" };
  if (outer === 1 && typeof inner === "number") return { kind: "repeat", times: inner };
  return inner === 1 && typeof size === "number" ? { kind: "blocks", size } : undefined;
}
