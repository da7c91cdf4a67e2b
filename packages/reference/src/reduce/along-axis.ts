import { floatAttr, intAttr, type Node } from "@pare/ir";
import { type NumberArray, offsetOf, places, stridesOf } from "../array.ts";
import type { Kernel, Kernels } from "../kernel.ts";
import { logSumExp, reduced, squares, sum } from "./reduce.ts";

type Line = readonly number[];

/** Applies a function to each line of elements along an axis. */
function alongAxis({ shape, data }: NumberArray, axis: number, apply: (line: Line) => Line): NumberArray {
  const along = axis < 0 ? axis + shape.length : axis;
  const strides = stridesOf(shape);
  const result = new Float64Array(data.length);
  for (const at of places(shape.with(along, Math.min(1, shape[along]!)))) {
    const start = offsetOf(at, strides);
    const offsets = Array.from({ length: shape[along]! }, (_, i) => start + i * strides[along]!);
    for (const [i, value] of apply(offsets.map((offset) => data[offset]!)).entries()) result[offsets[i]!] = value;
  }
  return { shape, data: result };
}

/** The axis is an attribute, by default the last. */
const byAttribute = (apply: (line: Line, node: Node) => Line): Kernel => {
  return ({ node, input }) => [alongAxis(input(0), intAttr(node, "axis", -1), (line) => apply(line, node))];
};

const running = (combine: (total: number, element: number) => number, start: number): Kernel => {
  return ({ node, input }) => {
    const exclusive = intAttr(node, "exclusive", 0) === 1;
    const reverse = intAttr(node, "reverse", 0) === 1;
    const accumulated = (line: Line) => {
      let total = start;
      return line.map((element) => {
        const before = total;
        total = combine(total, element);
        return exclusive ? before : total;
      });
    };
    const apply = (line: Line) => (reverse ? accumulated(line.toReversed()).toReversed() : accumulated(line));
    return [alongAxis(input(0), input(1).data[0]!, apply)];
  };
};

/** By the norm of order 1 or 2 (default); lines of zeros stay. */
function byNorm(line: Line, node: Node): Line {
  const norm = intAttr(node, "p", 2) === 1 ? sum(line.map(Math.abs)) : Math.sqrt(sum(squares(line)));
  return line.map((x) => (norm === 0 ? 0 : x / norm));
}

/** Across channels: x/(bias + alpha/size·Σ x²)^beta, the sum over `size` neighbours. */
function byNeighbours(line: Line, node: Node): Line {
  const size = intAttr(node, "size", 1);
  const before = Math.floor((size - 1) / 2);
  const share = floatAttr(node, "alpha", Math.fround(0.0001)) / size;
  return line.map((x, i) => {
    const energy = sum(squares(line.slice(Math.max(0, i - before), i - before + size)));
    return x / (floatAttr(node, "bias", 1) + share * energy) ** floatAttr(node, "beta", 0.75);
  });
}

/** The place of the extreme, the first or the last of equal ones. */
const placeOf = (type: "max" | "min"): Kernel => {
  return ({ node, input }) => {
    const axis = intAttr(node, "axis", 0);
    const along = axis < 0 ? axis + input(0).shape.length : axis;
    const last = intAttr(node, "select_last_index", 0) === 1;
    const place = reduced(input(0), [along], (line) => {
      const extreme = Math[type](...line);
      return last ? line.lastIndexOf(extreme) : line.indexOf(extreme);
    });
    if (intAttr(node, "keepdims", 1) === 1) return [place];
    return [{ shape: place.shape.toSpliced(along, 1), data: place.data }];
  };
};

/** Functions of the elements along one axis. */
export const alongAxes: Kernels = {
  "onnx.ArgMax": placeOf("max"),
  "onnx.ArgMin": placeOf("min"),
  "onnx.CumProd": running((total, element) => total * element, 1),
  "onnx.CumSum": running((total, element) => total + element, 0),
  "onnx.Hardmax": byAttribute((line) => line.map((_, i) => Number(i === line.indexOf(Math.max(...line))))),
  "onnx.LRN": ({ node, input }) => [alongAxis(input(0), 1, (line) => byNeighbours(line, node))],
  "onnx.LogSoftmax": byAttribute((line) => line.map((x) => x - logSumExp(line))),
  "onnx.LpNormalization": byAttribute(byNorm),
  "onnx.Softmax": byAttribute((line) => line.map((x) => Math.exp(x - logSumExp(line)))),
};
