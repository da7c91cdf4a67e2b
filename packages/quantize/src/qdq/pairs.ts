import { type Attrs, attr, attrsOf, type Edit, type Node, type Use, type Value } from "@pare/ir";
import { type Tensor, tensorOf } from "@pare/tensor";
import { affineOf } from "../affine.ts";
import type { ActivationPoint, ActivationSpec, Affine, QuantType, Range } from "../contract.ts";
import { rangeMissingError } from "../errors.ts";
import { channelAxis, dequantizeByChannel } from "./float-layers.ts";

/** Scale and zero point constants that exist already, by their numbers. */
export type GridNames = Map<string, readonly [scale: Value, zeroPoint: Value]>;

export type Grids = Map<Value, { readonly affine: Affine; readonly point: ActivationPoint }>;

/** The grid of a point: from its fixed range, or from the observed one cut to its limits. @throws QUANTIZE_RANGE */
export function gridOf(point: ActivationPoint, ranges: ReadonlyMap<ActivationPoint, Range>): Affine {
  const range = point.fixed ?? ranges.get(point);
  if (range === undefined) throw rangeMissingError(point.values[0]?.name ?? "");
  const { limits } = point;
  const cut = (x: number) => (limits === undefined ? x : Math.min(Math.max(x, limits.min), limits.max));
  const { type, symmetric } = point.spec;
  return affineOf({ min: cut(range.min), max: cut(range.max) }, type, { symmetric });
}

interface PairHost {
  readonly edit: Edit;
  readonly names: GridNames;
  readonly isInteger: (node: Node) => boolean;
}

/** Puts Q → DQ behind a value and moves the uses that `where` names to it. Nothing where there is none. */
export function pairBehind(
  host: PairHost,
  value: Value,
  affine: Affine,
  { type }: ActivationSpec,
  where: (use: Use) => boolean,
): void {
  const uses = new Set([...value.uses].filter(where));
  if (uses.size === 0) return;
  const [scale, zeroPoint] = gridConstants(host, value.name, affine, type);
  const back = quantizeAndBack(host.edit, value, { scale, zeroPoint }, new Map());
  separateFloatLayers(host, value, back, affine, type, uses);
  host.edit.replaceUses(value, back.outputs[0]!, (use) => uses.has(use));
  if (back.outputs[0]!.uses.size === 0) host.edit.remove(back);
}

/** Layers that stay float read a DequantizeLinear of their own: see `float-layers.ts`. Takes them out of `uses`. */
function separateFloatLayers(
  { edit, isInteger }: PairHost,
  value: Value,
  back: Node,
  affine: Affine,
  type: QuantType,
  uses: Set<Use>,
): void {
  const made = new Map<string, Value>();
  for (const use of [...uses]) {
    const axis = use.kind === "input" && !isInteger(use.node) ? channelAxis(use) : undefined;
    if (axis === undefined || axis.channels === 1) continue;
    const key = `${axis.axis} ${axis.channels}`;
    const own = made.get(key) ?? dequantizeByChannel(edit, value, back.inputs[0]!, affine, type, axis).outputs[0]!;
    made.set(key, own);
    uses.delete(use);
    edit.rewire(use, own);
  }
}

interface GridValues {
  readonly scale: Value;
  readonly zeroPoint: Value | undefined;
}

/** value → Q → DQ; gives the DQ. */
function quantizeAndBack(edit: Edit, value: Value, { scale, zeroPoint }: GridValues, attrs: Attrs): Node {
  const spec = { attrs, ...(value.origin.kind === "constant" && { graph: value.graph }) };
  const named = (what: string, done: string) => ({
    ...spec,
    name: `${value.name}_${what}`,
    outputs: [`${value.name}_${done}`],
  });
  const grid = zeroPoint === undefined ? [scale] : [scale, zeroPoint];
  const quantize = edit.node("onnx.QuantizeLinear", [value, ...grid], named("quantize", "quantized"));
  return edit.node("onnx.DequantizeLinear", [quantize.outputs[0], ...grid], named("dequantize", "dequantized"));
}

function gridConstants(
  { edit, names }: PairHost,
  name: string,
  { scale, zeroPoint }: Affine,
  type: QuantType,
): readonly [Value, Value] {
  const key = `${type} ${scale} ${zeroPoint}`;
  const known = names.get(key);
  if (known !== undefined) return known;
  const made = [
    edit.constant(`${name}_scale`, tensorOf("float32", [], [scale])),
    edit.constant(`${name}_zero_point`, tensorOf(type, [], [zeroPoint])),
  ] as const;
  names.set(key, made);
  return made;
}

/** A constant as integers. */
export interface ConstantCodes {
  readonly codes: Tensor;
  /** float32: [], or one for each element of `axis`. */
  readonly scales: Tensor;
  /** Of the codes' type and the scales' shape. Absent: zero. */
  readonly zeroPoints?: Tensor;
  readonly axis: number | undefined;
}

/** A constant's codes behind a DequantizeLinear; gives the node. */
export function dequantized(edit: Edit, value: Value, { codes, scales, zeroPoints, axis }: ConstantCodes): Node {
  const { name, graph } = value;
  const stored = edit.constant(`${name}_quantized`, codes, graph);
  const inputs = [
    stored,
    edit.constant(`${name}_scale`, scales, graph),
    ...(zeroPoints === undefined ? [] : [edit.constant(`${name}_zero_point`, zeroPoints, graph)]),
  ];
  return edit.node("onnx.DequantizeLinear", inputs, {
    // A bias that several nodes share has a node for each: runtimes refuse two nodes of one name.
    name: stored.name === `${name}_quantized` ? `${name}_dequantize` : `${stored.name}_dequantize`,
    outputs: [`${name}_dequantized`],
    graph,
    attrs: axisAttrs(axis),
  });
}

/** Float → Q → DQ, as TensorRT wants its weights: the numbers stay float in the file. Gives the DQ. */
export function quantizedAndBack(edit: Edit, value: Value, { scales, zeroPoints, axis }: ConstantCodes): Node {
  const { name, graph } = value;
  const scale = edit.constant(`${name}_scale`, scales, graph);
  const zeroPoint = zeroPoints && edit.constant(`${name}_zero_point`, zeroPoints, graph);
  return quantizeAndBack(edit, value, { scale, zeroPoint }, axisAttrs(axis));
}

function axisAttrs(axis: number | undefined): Attrs {
  return attrsOf({ axis: axis === undefined ? undefined : attr.int(axis) });
}
