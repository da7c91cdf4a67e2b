import { stringAttr } from "@pare/ir";
import { filled, type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";

/** Letters of an array's axes; those of an ellipsis are 0, 1, … from the last. */
function labelsOf(term: string, rank: number): readonly string[] {
  const [before = "", after] = term.split("...");
  if (after === undefined) return [...term];
  const count = rank - before.length - after.length;
  return [...before, ...Array.from({ length: count }, (_, i) => `${count - 1 - i}`), ...after];
}

function outputLabels(right: string | undefined, inputs: readonly (readonly string[])[]): readonly string[] {
  const all = inputs.flat();
  const dots = [...new Set(all.filter((label) => /\d/.test(label)))].sort((a, b) => Number(b) - Number(a));
  if (right !== undefined) {
    const [before = "", after] = right.split("...");
    return after === undefined ? [...right] : [...before, ...dots, ...after];
  }
  const once = all.filter((label) => !/\d/.test(label) && all.indexOf(label) === all.lastIndexOf(label));
  return [...dots, ...once.sort()];
}

/** Sums the product of elements over every place of all letters; an axis of size 1 is stretched. */
const einsum: Kernel = ({ node, inputs }) => {
  const arrays = inputs as readonly NumberArray[];
  const [left = "", right] = stringAttr(node, "equation", "").replaceAll(" ", "").split("->");
  const terms = left.split(",").map((term, i) => labelsOf(term, arrays[i]!.shape.length));
  const output = outputLabels(right, terms);
  const letters = [...new Set([...output, ...terms.flat()])];
  const sizeOf = (letter: string) =>
    Math.max(
      ...terms.flatMap((term, i) => term.flatMap((each, axis) => (each === letter ? arrays[i]!.shape[axis]! : []))),
    );
  const sizes = letters.map(sizeOf);
  const strides = arrays.map(({ shape }) => stridesOf(shape));
  const result = filled(sizes.slice(0, output.length), 0);
  const own = stridesOf(result.shape);
  for (const at of places(sizes)) {
    const factors = arrays.map(({ shape, data }, i) => {
      const place = terms[i]!.map((letter, axis) => (shape[axis] === 1 ? 0 : at[letters.indexOf(letter)]!));
      return data[offsetOf(place, strides[i]!)]!;
    });
    const to = offsetOf(at.slice(0, output.length), own);
    result.data[to] = result.data[to]! + factors.reduce((product, factor) => product * factor, 1);
  }
  return [result];
};

export const contractions: Kernels = { "onnx.Einsum": einsum };
