import { type Attrs, attr, attrsOf, type Edit, type Graph, type Node, type Use, type Value } from "@pare/ir";
import { type Tensor, tensorBytes, tensorOf } from "@pare/tensor";
import { affineOf } from "../affine.ts";
import type { ActivationPoint, ActivationSpec, Affine, QuantType, Range } from "../contract.ts";
import { rangeMissingError } from "../errors.ts";
import { channelAxis, dequantizeByChannel } from "./float-layers.ts";

/** Scales and zero points that exist already, by type, shape and bytes: one serves all that are equal. */
export type GridConstants = Map<string, Value>;

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

interface ConstantHost {
  readonly edit: Edit;
  readonly constants: GridConstants;
  /** Scales that may serve here too; default `constants`. */
  readonly scales?: GridConstants | undefined;
}

interface PairHost extends ConstantHost {
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
  const scale = sharedScale(host, `${value.name}_scale`, tensorOf("float32", [], [affine.scale]), value.graph);
  const zeroPoint = shared(host, `${type}_${affine.zeroPoint}`, tensorOf(type, [], [affine.zeroPoint]), value.graph);
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
  const named = (what: "q" | "dq") => ({ ...spec, name: `${value.name}_${what}`, outputs: [`${value.name}_${what}`] });
  const grid = zeroPoint === undefined ? [scale] : [scale, zeroPoint];
  const quantize = edit.node("onnx.QuantizeLinear", [value, ...grid], named("q"));
  return edit.node("onnx.DequantizeLinear", [quantize.outputs[0], ...grid], named("dq"));
}

/** Larger ones are not looked at. */
const mostSharedBytes = 4096;

function sharedScale(
  { edit, constants, scales = constants }: ConstantHost,
  name: string,
  tensor: Tensor,
  graph: Graph,
) {
  return shared({ edit, constants: scales }, name, tensor, graph);
}

function shared({ edit, constants }: ConstantHost, name: string, tensor: Tensor, graph: Graph): Value {
  const { dtype, shape, source } = tensor;
  if (source.size > mostSharedBytes) return edit.constant(name, tensor, graph);
  const key = `${graph.name} ${dtype} ${shape} ${Buffer.from(tensorBytes(tensor)).toString("base64")}`;
  const known = constants.get(key);
  if (known !== undefined && known.graph === graph) return known;
  const made = edit.constant(name, tensor, graph);
  constants.set(key, made);
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
export function dequantized(host: ConstantHost, value: Value, stored: ConstantCodes): Node {
  const { name, graph } = value;
  const codes = host.edit.constant(`${name}_q`, stored.codes, graph);
  return host.edit.node("onnx.DequantizeLinear", [codes, ...gridValues(host, value, stored)], {
    // A bias that several nodes share has a node for each: runtimes refuse two nodes of one name.
    name: codes.name === `${name}_q` ? `${name}_dq` : `${codes.name}_dq`,
    outputs: [`${name}_dq`],
    graph,
    attrs: axisAttrs(stored.axis),
  });
}

/** Float → Q → DQ, as TensorRT wants its weights: the numbers stay float in the file. Gives the DQ. */
export function quantizedAndBack(host: ConstantHost, value: Value, stored: ConstantCodes): Node {
  const [scale, zeroPoint] = gridValues(host, value, stored);
  return quantizeAndBack(host.edit, value, { scale, zeroPoint }, axisAttrs(stored.axis));
}

function gridValues(
  host: ConstantHost,
  { name, graph }: Value,
  { scales, zeroPoints }: ConstantCodes,
): readonly [Value, ...Value[]] {
  const scale = sharedScale(host, `${name}_scale`, scales, graph);
  if (zeroPoints === undefined) return [scale];
  return [scale, shared(host, `${zeroPoints.dtype}_zeros_${zeroPoints.shape.join("x")}`, zeroPoints, graph)];
}

function axisAttrs(axis: number | undefined): Attrs {
  return attrsOf({ axis: axis === undefined ? undefined : attr.int(axis) });
}
