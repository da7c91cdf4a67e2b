/**
 * Which values an input takes, as far as the graph tells. From the input on through casts, reshapes and arithmetic with
 * constants, the first of these that is met decides:
 *
 * 1. An index into an axis of n: whole numbers below n, an added offset taken off.
 * 2. A mask, by its name or by `1 − mask`: ones; a mask of floats that is added: zeros. A condition of If: false.
 * 3. Lengths of sequences: the whole sequence. A number that is compared with constants: the first of them.
 * 4. A quantized value: all that its scale and zero point can express; uint8 and int8: every code.
 * 5. Division by 50 to 300, or means above 20 taken off: pixels, 0 to 255. Division by more: that far to either side.
 * 6. Logarithm and square root: positive numbers.
 *
 * Else floats are normal, as normalized data are, and whole numbers 0 or 1.
 */
import type { Node, Value } from "@pare/ir";
import { axisIndex, type Inference, numbersOf, shapeOf } from "@pare/ops";
import { type DType, dtypes } from "@pare/tensor";

export type InputValues =
  | { readonly kind: "whole"; readonly below: number }
  | { readonly kind: "same"; readonly value: number }
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "normal" };

/** A place that an input reaches as scale · x + shift. */
interface Reach {
  readonly node: Node;
  readonly slot: number;
  readonly scale: number;
  readonly shift: number;
  /** What comes out of the node, where that is followed. */
  readonly next: { readonly scale: number; readonly shift: number } | undefined;
}

export function inputValues(input: Value, inference: Inference): InputValues {
  const dtype = (input.type?.kind === "tensor" ? input.type.dtype : undefined) ?? "float32";
  const reached = [...reachOf(input, inference)];
  const found = (rule: Rule) => first(reached, (reach) => rule(reach, inference));
  return (
    smallest(reached, inference) ??
    maskOf(input, dtype, reached) ??
    found(lengthsOf) ??
    (isSingle(input) ? found(choiceOf) : undefined) ??
    found(quantizedRange) ??
    codes[dtype] ??
    (dtypes[dtype].kind === "float" ? (found(pixelRange) ?? found(positive)) : undefined) ??
    (dtypes[dtype].kind === "float" ? { kind: "normal" } : { kind: "whole", below: 2 })
  );
}

type Rule = (reach: Reach, inference: Inference) => InputValues | undefined;

const codes: Partial<Record<DType, InputValues>> = {
  uint8: { kind: "whole", below: 256 },
  int8: { kind: "uniform", low: -128, high: 127 },
};

const passesOn = new Set([
  "Cast",
  "Identity",
  "Reshape",
  "Unsqueeze",
  "Squeeze",
  "Flatten",
  "Transpose",
  "Resize",
  "Pad",
]);
const farthest = 8;

/** Everything that an input goes into, whether or not its result is followed further. */
function* reachOf(value: Value, inference: Inference, scale = 1, shift = 0, depth = 0): Generator<Reach> {
  for (const use of value.uses) {
    if (use.kind === "output") continue;
    const place = { node: use.node, slot: use.slot, scale, shift };
    const next = depth < farthest ? stepOver(place, inference) : undefined;
    yield { ...place, next };
    const [output] = use.node.outputs;
    if (next !== undefined && output !== undefined)
      yield* reachOf(output, inference, next.scale, next.shift, depth + 1);
  }
}

/** What a node makes of scale · x + shift; of constants by channel their mean counts. */
function stepOver({ node, slot, scale, shift }: Omit<Reach, "next">, inference: Inference) {
  if (passesOn.has(node.type) && slot === 0) return { scale, shift };
  const constant = (at: number) => meanOf(node.inputs[at], inference);
  if (node.type === "BatchNormalization" && slot === 0) {
    const [mean, variance] = [constant(3), constant(4)];
    if (mean === undefined || variance === undefined) return undefined;
    const deviation = Math.sqrt(variance);
    return deviation > 0 ? { scale: scale / deviation, shift: (shift - mean) / deviation } : undefined;
  }
  const other = constant(1 - slot);
  if (other === undefined || slot > 1) return undefined;
  if (node.type === "Mul") return { scale: scale * other, shift: shift * other };
  if (node.type === "Div" && slot === 0 && other !== 0) return { scale: scale / other, shift: shift / other };
  if (node.type === "Add") return { scale, shift: shift + other };
  if (node.type === "Sub")
    return slot === 0 ? { scale, shift: shift - other } : { scale: -scale, shift: other - shift };
  return undefined;
}

function meanOf(value: Value | undefined, inference: Inference): number | undefined {
  const elements = value && numbersOf(inference.ints(value));
  return elements === undefined || elements.length === 0
    ? undefined
    : elements.reduce((sum, element) => sum + element, 0) / elements.length;
}

/** The least of the axes that the input is an index into. */
function smallest(reached: readonly Reach[], inference: Inference): InputValues | undefined {
  const limits = reached.flatMap((reach) => {
    const limit = reach.scale === 1 ? indexedSize(reach, inference) : undefined;
    return limit === undefined ? [] : [limit - Math.ceil(reach.shift)];
  });
  return limits.length === 0 ? undefined : { kind: "whole", below: Math.max(1, Math.min(...limits)) };
}

function indexedSize({ node, slot }: Reach, inference: Inference): number | undefined {
  const rows = (at: number, axis: number) => sizeAt(node.inputs[at], axis, inference);
  const written = node.attrs.get("axis");
  const axis = written?.kind === "int" ? Number(written.value) : 0;
  if (/^Gather(Elements|BlockQuantized)?$/.test(node.type) && slot === 1) return rows(0, axis);
  if (node.type === "GatherND" && slot === 1) return rows(0, 0);
  if (node.type === "OneHot" && slot === 0) return meanOf(node.inputs[1], inference);
  if (node.type === "EmbedLayerNormalization" && slot < 2) return rows(slot === 0 ? 2 : 4, 0);
  return undefined;
}

function sizeAt(value: Value | undefined, axis: number, inference: Inference): number | undefined {
  const shape = value && shapeOf(inference.type(value));
  const index = shape && axisIndex(axis, shape.length);
  const size = index === undefined ? undefined : shape?.[index];
  return typeof size === "number" ? size : undefined;
}

function maskOf({ name }: Value, dtype: DType, reached: readonly Reach[]): InputValues | undefined {
  const isInverted = reached.some(({ next }) => next?.scale === -1 && next.shift === 1);
  if (isInverted) return { kind: "same", value: 1 };
  if (dtypes[dtype].kind === "bool" && reached.some(({ node, slot }) => node.type === "If" && slot === 0))
    return { kind: "same", value: 0 };
  if (!/mask/i.test(name)) return undefined;
  const isFloat = dtypes[dtype].kind === "float";
  const isFactor = reached.some(({ node }) => node.type === "Mul");
  return { kind: "same", value: isFloat && !isFactor ? 0 : 1 };
}

const lengthsOf: Rule = ({ node, slot }, inference) => {
  if (!/^(LSTM|GRU|RNN)$/.test(node.type) || slot !== 4) return undefined;
  return { kind: "same", value: sizeAt(node.inputs[0], 0, inference) ?? 1 };
};

const choiceOf: Rule = ({ node, slot, scale, shift }, inference) => {
  if (node.type !== "Equal" || scale !== 1 || shift !== 0) return undefined;
  const value = meanOf(node.inputs[1 - slot], inference);
  return value === undefined ? undefined : { kind: "same", value };
};

function isSingle(input: Value): boolean {
  return (shapeOf(input.type) ?? [undefined]).every((size) => size === 1);
}

const quantizedRange: Rule = ({ node, slot, scale: before, shift }, inference) => {
  if (node.type !== "QuantizeLinear" || slot !== 0 || before !== 1 || shift !== 0) return undefined;
  const scale = meanOf(node.inputs[1], inference);
  const zero = node.inputs[2] === undefined ? 0 : meanOf(node.inputs[2], inference);
  const [output] = node.outputs;
  const type = output && inference.type(output);
  if (scale === undefined || zero === undefined || type?.kind !== "tensor") return undefined;
  const [lowest, highest] = quantizedCodes[type.dtype ?? "uint8"] ?? [0, 255];
  return { kind: "uniform", low: (lowest - zero) * scale, high: (highest - zero) * scale };
};

const quantizedCodes: Partial<Record<DType, readonly [number, number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65_535],
  int16: [-32_768, 32_767],
  uint4: [0, 15],
  int4: [-8, 7],
};

const pixelRange: Rule = ({ next }) => {
  if (next === undefined || next.scale === 0) return undefined;
  const { scale, shift } = next;
  const divisor = 1 / Math.abs(scale);
  const isPixel = (divisor >= 50 && divisor <= 300) || (divisor < 50 && Math.abs(shift / scale) > 20);
  if (isPixel) return { kind: "uniform", low: 0, high: 255 };
  return divisor > 300 ? { kind: "uniform", low: shift === 0 ? -divisor : 0, high: divisor } : undefined;
};

const positive: Rule = ({ node }) =>
  node.type === "Log" || node.type === "Sqrt" ? { kind: "uniform", low: 0.01, high: 1 } : undefined;

function first<T, R>(all: readonly T[], rule: (each: T) => R | undefined): R | undefined {
  for (const each of all) {
    const found = rule(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
