/**
 * Rounding to codes and back with a straight-through estimator: what rounds to a code of the type counts as not rounded,
 * what is cut off has no slope. At a tensor of codes q flows ∂loss/∂q, as float32.
 *
 * With v = x/s, q = saturate(round(v) + z), y = (q − z)·s, and `inside` 1 where nothing is cut off, else 0:
 *   ∂y/∂x = inside,   ∂y/∂s = (y − inside·x)/s
 * which is round(v) − v inside and the lowest or highest code, less z, outside (Esser and others, "Learned step size
 * quantization", 2020, equation 3). The range is that of Jain and others ("Trained quantization thresholds", 2019): half a
 * step beyond the last code still rounds to it. A weight whose scale is the largest weight by the highest code lies there.
 */
import { intAttr, type Node, producerOf, type Value } from "@pare/ir";
import { type DType, dtypes, elementCount, isInteger, numbers } from "@pare/tensor";
import { type AxisMatrix, alongAxis, axisMatrix, transposed } from "../gradient/along-axis.ts";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { constantInput } from "../shape/constant.ts";
import { axisIndex, dtypeOfCode } from "../value-types.ts";

/**
 * q → y. With its QuantizeLinear x → q, where that has the same parameters, it is one function x → y: so y − x is taken
 * before it is summed, while two sums, of y and of x, would lose digits against each other.
 */
export const dequantizeGradient: GradientRule = (context) => {
  const { node } = context;
  const producer = producerOf(node.inputs[0]);
  return producer !== undefined && isPair(producer, node) ? ofPair(context, producer) : ofDequantize(context);
};

function isPair(producer: Node, node: Node): boolean {
  const same = (name: string, otherwise: number) =>
    intAttr(producer, name, otherwise) === intAttr(node, name, otherwise);
  return (
    producer.op === node.op.replace("Dequantize", "Quantize") &&
    producer.inputs[1] === node.inputs[1] &&
    producer.inputs[2] === node.inputs[2] &&
    same("axis", 1) &&
    same("block_size", 0)
  );
}

function ofPair(context: GradientContext, quantize: Node): ReadonlyMap<Value, Value> {
  const f = formulas(context.make);
  const dy = context.gradients[0]!;
  const y = context.node.outputs[0]!;
  const [x, scale] = [quantize.inputs[0]!, quantize.inputs[1]!];
  const inside = insideOf(f, context, x, context.inputDType(0));
  const found = new Map<Value, Value>();
  if (context.wants(x)) found.set(x, f.mul(dy, inside));
  if (context.wants(scale)) found.set(scale, ofScale(f, context, f.mul(dy, f.sub(y, f.mul(x, inside)))));
  return found;
}

/** y = (q − z)·s: codes that are constants, or whose quantizer has other parameters or is not right before. */
function ofDequantize(context: GradientContext): readonly (Value | undefined)[] {
  const f = formulas(context.make);
  const dy = context.gradients[0]!;
  const y = context.node.outputs[0]!;
  return [
    context.needs(0) ? f.mul(dy, parameter(context, context.node.inputs[1]!)) : undefined,
    context.needs(1) ? ofScale(f, context, f.mul(dy, y)) : undefined,
  ];
}

/** x → q, where what arrives did not come through a pair: ∂q/∂x = inside/s, ∂q/∂s = −inside·x/s². */
export const quantizeGradient: GradientRule = (context) => {
  const { node } = context;
  const f = formulas(context.make);
  const x = node.inputs[0]!;
  const codes = context.inputDType(2) ?? dtypeOfCode(intAttr(node, "output_dtype", 0)) ?? "uint8";
  const kept = f.mul(context.gradients[0]!, insideOf(f, context, x, codes));
  const dx = f.div(kept, parameter(context, node.inputs[1]!));
  return [
    context.needs(0) ? dx : undefined,
    context.needs(1) ? ofScale(f, context, f.of("Neg", f.mul(dx, x))) : undefined,
  ];
};

/** 1 where |v + z − (lowest + highest)/2| < 2^(bits − 1): for uint8, |v + z − 127.5| < 128. */
function insideOf(f: Formulas, context: GradientContext, x: Value, codes: DType | undefined): Value {
  if (codes === undefined || !isInteger(codes)) throw context.refused(`its codes are ${codes ?? "of no known type"}`);
  const half = 2 ** (dtypes[codes].bits! - 1);
  const middle = dtypes[codes].kind === "uint" ? half - 0.5 : -0.5;
  const steps = f.div(x, parameter(context, context.node.inputs[1]!));
  return f.below(f.of("Abs", f.sub(steps, fromZeroPoint(f, context, middle))), half);
}

/** middle − z. */
function fromZeroPoint(f: Formulas, context: GradientContext, middle: number): Value | number {
  const zeroPoint = context.node.inputs[2];
  if (zeroPoint === undefined) return middle;
  const known = constantInput(context.node, 2);
  if (known === undefined) return f.sub(middle, parameter(context, f.float(zeroPoint)));
  const from = numbers(known).map((zero) => middle - zero);
  return parameter(context, context.make.floats(from, known.shape));
}

/** How scales and zero points lie along the data: one for all, one for each place on an axis, or for blocks of it. */
interface Layout {
  readonly data: readonly number[];
  readonly scale: readonly number[];
  readonly axis: number;
  /** Sums an axis over its blocks; undefined where there are none. */
  readonly blocks: AxisMatrix | undefined;
}

function layoutOf({ node, inputShape }: GradientContext): Layout {
  const [data, scale] = [inputShape(0), inputShape(1)];
  const axis = axisIndex(intAttr(node, "axis", 1), data.length) ?? 0;
  const size = intAttr(node, "block_size", 0);
  const inBlock = (row: number, column: number) => Number(Math.floor(column / size) === row);
  return { data, scale, axis, blocks: size > 0 ? axisMatrix(scale[axis]!, data[axis]!, inBlock) : undefined };
}

/** A scale or zero point as something that broadcasts with the data. */
function parameter(context: GradientContext, value: Value): Value {
  const { make } = context;
  const { data, scale, axis, blocks } = layoutOf(context);
  if (blocks !== undefined) return alongAxis(make, value, scale, axis, transposed(blocks));
  if (scale.length === 0) return value;
  const isOne = elementCount(scale) === 1;
  return formulas(make).reshape(value, isOne ? [] : data.map((size, i) => (i === axis ? size : 1)));
}

/** ∂loss/∂s from s·∂loss/∂s of each element. */
function ofScale(f: Formulas, context: GradientContext, elements: Value): Value {
  const { make, node } = context;
  const { data, scale, axis, blocks } = layoutOf(context);
  const isOne = elementCount(scale) === 1;
  const others = data.flatMap((_, i) => (i === axis && !isOne ? [] : [i]));
  const summed =
    blocks === undefined ? f.reshape(f.sum(elements, others), scale) : alongAxis(make, elements, data, axis, blocks);
  return f.div(summed, node.inputs[1]!);
}
