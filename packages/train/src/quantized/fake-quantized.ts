/**
 * A quantized model as one that can be trained: the same graph, with float weights rounded anew in every step (Jacob and
 * others 2018, section 3.1) and scales that are learned (Esser and others 2020; here by their logarithms, so that they stay
 * positive: Jain and others 2019).
 *
 * 1. DequantizeLinear of stored codes becomes weight → Clip → QuantizeLinear → DequantizeLinear: the weight is the float
 *    model's where that is what the codes were made of, else what the codes stand for.
 * 2. DequantizeLinear of a 32-bit bias becomes the float bias, rounded to the product of the scales before it: with few
 *    bits of weights that is no small step.
 * 3. Every scale becomes the exponential of a constant, which is trained. Scales that were one constant stay one, and so do
 *    weights of which there are several codes, or codes beside a node in float.
 */
import { cloneModel, type Edit, type Model, type Node, type Value } from "@pare/ir";
import { elementCount, numbers, sameTensor, type Tensor, tensorOf } from "@pare/tensor";
import { nodeMaker } from "../gradient/node-maker.ts";
import { usesThroughViews } from "../prepare/choose-parameters.ts";
import type { ParameterKind } from "../prepare/plan.ts";
import { type CodeLimits, codeLimits, codesOf, dequantize, factorsOf, isBias, isStored } from "./codes.ts";

export interface FakeQuantized {
  readonly model: Model;
  /** For `ParameterChoice.also`: logarithms of scales, and what stands in the place of codes. */
  readonly trained: ReadonlyMap<string, ParameterKind>;
  /** Names of scales in the quantized model → of their logarithms. */
  readonly logarithms: ReadonlyMap<string, string>;
  /** Names of codes in the quantized model → of the constants that stand in their place. */
  readonly floats: ReadonlyMap<string, string>;
  /** Constants that are not to be trained: biases of frozen layers, which follow the scales of their data all the same. */
  readonly frozen: ReadonlySet<string>;
}

export interface FakeQuantizeOptions {
  /** The model before it was quantized. */
  readonly float: Model;
  /** Codes that weights may have, where they are fewer than the type's. */
  readonly limits?: CodeLimits | undefined;
  /** Layers whose codes stay as they are. */
  readonly frozen?: ((subject: Node) => boolean) | undefined;
}

/** @param quantized with QuantizeLinear and DequantizeLinear; it is not changed */
export function fakeQuantized(quantized: Model, options: FakeQuantizeOptions): FakeQuantized {
  const model = cloneModel(quantized);
  const logarithms = new Map<string, string>();
  const floats = new Map<string, string>();
  const kinds = new Map<string, ParameterKind>();
  const frozen = new Set<string>();
  model.graph.edit("fake quantization", (edit) => {
    const nodes = [...model.graph.nodes].filter(({ op }) => op === "onnx.DequantizeLinear");
    for (const node of nodes) joinPair(edit, node);
    for (const node of nodes.filter(isStored)) {
      const isFrozen = isReadByFrozen(node, options);
      if (isFrozen && !isBias(node)) continue;
      const [codes] = node.inputs;
      const float = floatFor(edit, model, node, { ...options, floats });
      floats.set(codes!.name, float.name);
      if (isFrozen) frozen.add(float.name);
      else kinds.set(float.name, isBias(node) ? "bias" : "weight");
      putFloat(edit, node, float, options);
    }
    learnScales(edit, model, logarithms);
    for (const value of [...model.graph.values])
      if (value.origin.kind === "constant" && value.uses.size === 0) edit.removeConstant(value);
  });
  const quantizers = [...logarithms.values()].map((name) => [name, "quantizer"] as const);
  return { model, trained: new Map([...kinds, ...quantizers]), logarithms, floats, frozen };
}

function isReadByFrozen({ outputs }: Node, { frozen }: FakeQuantizeOptions): boolean {
  return frozen !== undefined && usesThroughViews(outputs[0]!).some(({ node }) => frozen(node));
}

/** A second DequantizeLinear of the same codes, its scale repeated for each channel, would be a scale of its own. */
function joinPair(edit: Edit, node: Node): void {
  const codes = node.inputs[0];
  if (codes?.origin.kind !== "output" || codes.origin.node.op !== "onnx.QuantizeLinear") return;
  const { inputs, attrs } = codes.origin.node;
  if (node.inputs[1] === inputs[1]) return;
  edit.setInputs(node, [codes, ...inputs.slice(1)]);
  edit.setAttrs(node, attrs);
}

interface FloatOptions extends FakeQuantizeOptions {
  /** Made so far. */
  readonly floats: ReadonlyMap<string, string>;
}

/** The constant in the place of codes: one for all codes that were made of it, and for nodes that read it in float. */
function floatFor(edit: Edit, { graph }: Model, node: Node, { float, floats }: FloatOptions): Value {
  const codes = node.inputs[0]!;
  const made = floats.get(codes.name);
  if (made !== undefined) return graph.value(made)!;
  const name = codes.name.replace(/_q(_\d+)?$/, "");
  const values = floatOf(node, name, float);
  const known = graph.value(name);
  const isKnown = known?.origin.kind === "constant" && sameTensor(known.origin.tensor, values);
  return isKnown ? known : edit.constant(name, values);
}

function putFloat(edit: Edit, node: Node, float: Value, { limits }: FakeQuantizeOptions): void {
  const [codes, scale, zeroPoint] = node.inputs;
  if (isBias(node)) {
    edit.replaceUses(node.outputs[0]!, roundedBias(edit, float, node));
    edit.remove(node);
    return;
  }
  const { shape } = codesOf(node)!;
  const isClipped = limits !== undefined && codeLimits(node, limits) === limits;
  const clipped = isClipped ? clip(edit, float, node, shape, limits) : float;
  const made = edit.node("onnx.QuantizeLinear", [clipped, scale, zeroPoint], { attrs: node.attrs, before: node });
  edit.setInputs(node, [made.outputs[0], scale, zeroPoint]);
  if (zeroPoint === undefined) typed(edit, made, node, codes!);
}

/** Parts of a step that are told apart. */
const fine = 2 ** 16;

/**
 * b + s·(⌊b/s⌉ − b/s), straight-through: what is in the parentheses is made of roundings alone, b/s itself of a very fine
 * one, so that no gradient flows there.
 */
function roundedBias(edit: Edit, bias: Value, node: Node): Value {
  const scales = factorsOf(node)?.map(({ inputs }) => inputs[1]);
  if (scales === undefined) return bias;
  const make = nodeMaker(edit, `${bias.name}/`);
  const scale = make.op("Mul", scales);
  const steps = make.op("Div", [bias, scale]);
  const finely = make.op("Round", [make.op("Mul", [steps, make.scalar(fine)])]);
  const away = make.op("Sub", [make.op("Round", [steps]), make.op("Mul", [finely, make.scalar(1 / fine)])]);
  return make.op("Add", [bias, make.op("Mul", [scale, away])]);
}

/** Without a zero point QuantizeLinear would give uint8: the codes' own type is said by a zero point of 0. */
function typed(edit: Edit, quantize: Node, dequantize: Node, codes: Value): void {
  if (codes.origin.kind !== "constant") return;
  const scale = quantize.inputs[1]!;
  const shape = scale.origin.kind === "constant" ? scale.origin.tensor.shape : [];
  const zeros = tensorOf(codes.origin.tensor.dtype, shape, new Float64Array(elementCount(shape)));
  const zeroPoint = edit.constant(`${codes.name}_zero_point`, zeros);
  for (const node of [quantize, dequantize]) edit.setInputs(node, [node.inputs[0], scale, zeroPoint]);
}

/** min(max(w, lowest·s), highest·s), along the axis of the scales. */
function clip(edit: Edit, weight: Value, node: Node, shape: readonly number[], limits: CodeLimits): Value {
  const make = nodeMaker(edit, `${weight.name}/`);
  const scale = node.inputs[1]!;
  const sizes = scale.origin.kind === "constant" ? scale.origin.tensor.shape : [];
  const axis = axisOf(node, shape.length);
  const spread =
    sizes.length === 0 ? scale : make.op("Reshape", [scale, make.ints(shape.map((_, i) => (i === axis ? -1 : 1)))]);
  const bound = (code: number) => make.op("Mul", [spread, make.scalar(code)]);
  return make.op("Min", [make.op("Max", [weight, bound(limits.lowest)]), bound(limits.highest)]);
}

function axisOf({ attrs }: Node, rank: number): number {
  const axis = attrs.get("axis");
  const given = axis?.kind === "int" ? Number(axis.value) : 1;
  return given < 0 ? given + rank : given;
}

/** Codes are near what they were made of: within a step, but for the few that were cut off. */
const nearShare = 0.99;

function floatOf(node: Node, name: string, float: Model): Tensor {
  const stored = dequantize(node);
  const origin = float.graph.value(name)?.origin;
  if (origin?.kind !== "constant" || origin.tensor.dtype !== "float32") return stored;
  if (origin.tensor.shape.join() !== stored.shape.join()) return stored;
  const [own, others] = [numbers(stored), numbers(origin.tensor)];
  const largest = own.reduce((most, element) => Math.max(most, Math.abs(element)), 0);
  const steps = codesOf(node)?.dtype === "int32" ? 1e-3 : 0.6;
  const near = others.filter((element, i) => Math.abs(element - own[i]!) <= steps * largest).length;
  return near >= nearShare * others.length ? origin.tensor : stored;
}

/** Scales of pairs, those in the place of stored codes too; one logarithm for each constant. */
function learnScales(edit: Edit, model: Model, logarithms: Map<string, string>): void {
  const make = nodeMaker(edit, "scales/");
  const learned = new Map<Value, Value>();
  const users = [...model.graph.nodes].filter(
    (node) => node.op === "onnx.QuantizeLinear" || (node.op === "onnx.DequantizeLinear" && !isStored(node)),
  );
  for (const node of users) {
    const scale = node.inputs[1]!;
    if (scale.origin.kind !== "constant") continue;
    const { tensor } = scale.origin;
    const logs = tensorOf("float32", tensor.shape, numbers(tensor).map(Math.log));
    const made = learned.get(scale) ?? logarithm(scale, logs);
    learned.set(scale, made);
  }
  for (const [scale, exponential] of learned) {
    edit.replaceUses(scale, exponential, (use) => use.kind === "input" && use.node !== nodeOf(exponential));
    if (scale.uses.size === 0) edit.removeConstant(scale);
  }

  function logarithm(scale: Value, logs: Tensor): Value {
    const constant = edit.constant(`${scale.name}_log`, logs);
    logarithms.set(scale.name, constant.name);
    return make.op("Exp", [constant]);
  }
}

function nodeOf({ origin }: Value): Node | undefined {
  return origin.kind === "output" ? origin.node : undefined;
}
