/**
 * Chooses what is trained among a model's float32 constants, by what reads them:
 *
 * 1. weights and biases by the roles that operators state; constants in matrix products; tables that Gather looks up;
 * 2. constants of more than one element that are added (biases, positions), or multiply along one axis (scales);
 * 3. never: scalars, what is applied to an input before the first weight (normalization), masks, running statistics,
 *    bounds and other parameters of operators.
 *
 * Operators that only arrange elements (Transpose of a weight, Identity, fake quantization) are looked through.
 */
import { describeNode, type Model, type Node, subgraphs, type Use, type Value } from "@pare/ir";
import { specOf } from "@pare/ops";
import { elementCount, isFloat, numbers, type Tensor } from "@pare/tensor";
import type { ParameterKind, PlannedConstant, TrainingPlan } from "./plan.ts";
import { rawInputs } from "./raw-inputs.ts";

export interface ParameterChoice {
  /** Nodes and constants whose parameters stay as they are; a constant that one of them reads does, too. */
  readonly frozen?: (subject: Node | Value) => boolean;
  /** Constants by name that are trained whatever reads them: step sizes of quantizers. */
  readonly also?: ReadonlyMap<string, ParameterKind>;
}

/** The plan for a model whose Constant nodes have been lifted. */
export function chooseParameters(model: Model, choice: ParameterChoice = {}): TrainingPlan {
  const raw = rawInputs(model.graph);
  const constants = [...model.graph.values].flatMap((value): PlannedConstant[] => {
    const { origin, name } = value;
    if (origin.kind !== "constant" || !isFloat(origin.tensor.dtype)) return [];
    const { shape } = origin.tensor;
    return [{ name, shape, ...decide(value, origin.tensor, { ...choice, raw }) }];
  });
  return planOf(constants);
}

/** Whether what reads a constant here learns it, or moves it as a running statistic. */
export function isLearnedBy(use: NodeUse, value: Value, tensor: Tensor, raw: ReadonlySet<Value>): boolean {
  return throughViews(use).some(
    (each) => isStatistic(each) || decideUse(each, value, tensor, { raw }).kind !== undefined,
  );
}

export function planOf(constants: readonly PlannedConstant[]): TrainingPlan {
  const count = (trained: boolean) =>
    constants
      .filter(({ kind }) => (kind !== undefined) === trained)
      .reduce((sum, { shape }) => sum + elementCount(shape), 0);
  return { constants, trained: count(true), frozen: count(false) };
}

type Decision = Pick<PlannedConstant, "kind" | "reason">;

interface Surroundings extends ParameterChoice {
  readonly raw: ReadonlySet<Value>;
}

const frozen = (reason: string): Decision => ({ kind: undefined, reason });

function decide(value: Value, tensor: Tensor, around: Surroundings): Decision {
  if (tensor.dtype !== "float32") return frozen(`${tensor.dtype}; only float32 is trained`);
  const uses = usesThroughViews(value);
  const stopped = [value, ...uses.map(({ node }) => node)].find((subject) => around.frozen?.(subject));
  if (stopped !== undefined) return frozen("frozen by choice");
  const also = around.also?.get(value.name);
  if (also !== undefined) return { kind: also, reason: "trained by choice" };
  const decisions = uses.map((use) => decideUse(use, value, tensor, around));
  return decisions.find(({ kind }) => kind !== undefined) ?? decisions[0] ?? frozen("nothing reads it");
}

type NodeUse = Extract<Use, { kind: "input" }>;

const views = new Set(["Identity", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Expand"]);
const roundings = new Set(["QuantizeLinear", "DequantizeLinear"]);

/** The uses of a value, or of what is the same elements in another arrangement or on a grid. */
export function usesThroughViews(value: Value): readonly NodeUse[] {
  return [...value.uses].flatMap((use) => (use.kind === "output" ? [] : throughViews(use)));
}

function throughViews(use: NodeUse): readonly NodeUse[] {
  const { node, slot } = use;
  const isView = node.domain === "onnx" && slot === 0 && (views.has(node.type) || roundings.has(node.type));
  return isView ? usesThroughViews(node.outputs[0]!) : [use];
}

export function isStatistic({ node, slot }: Pick<NodeUse, "node" | "slot">): boolean {
  return node.op === "onnx.BatchNormalization" && slot >= 3;
}

function decideUse({ node, slot }: NodeUse, value: Value, tensor: Tensor, around: Surroundings): Decision {
  const where = describeNode(node);
  const role = roleOf(node, slot);
  if (node.op === "onnx.Gather" && slot === 0)
    return tensor.shape.length >= 2
      ? { kind: "embedding", reason: `table of ${where}` }
      : frozen(`numbers looked up by ${where}`);
  if (role === "bias") return { kind: "bias", reason: `bias of ${where}` };
  if (role === "weight") return { kind: isProduct(node) ? "weight" : "scale", reason: `weight of ${where}` };
  if (isProduct(node) && subgraphs(node).length === 0) return { kind: "weight", reason: `factor of ${where}` };
  if (node.op === "onnx.PRelu" && slot === 1) return { kind: "scale", reason: `slope of ${where}` };
  if (node.op === "onnx.Add" || node.op === "onnx.Mul") return decideElementwise(node, value, tensor, around);
  const what = isStatistic({ node, slot }) ? "a running statistic" : role === "param" ? "a parameter" : "an operand";
  return frozen(`${what} of ${where}`);
}

/** Element-wise operators have no roles: a bias is told from a number of a formula by its size and place. */
function decideElementwise(node: Node, value: Value, tensor: Tensor, { raw }: Surroundings): Decision {
  const where = describeNode(node);
  const [kind, verb] = node.type === "Add" ? (["bias", "added in"] as const) : (["scale", "multiplies in"] as const);
  const stretched = tensor.shape.filter((size) => size !== 1);
  if (stretched.length === 0) return frozen(`one number of a formula, in ${where}`);
  if (node.inputs.some((input) => input !== undefined && raw.has(input) && input !== value))
    return frozen(`applied to an input before the first weight, in ${where}`);
  if (kind === "scale" && stretched.length > 1) return frozen(`a table of factors, in ${where}`);
  if (isMask(node, tensor)) return frozen(`a mask, in ${where}`);
  return { kind, reason: `${verb} ${where}` };
}

/** What is added to hide places is far below any activation; what multiplies to hide them is 0 or 1. */
const hiding = 1e4;

function isMask(node: Node, tensor: Tensor): boolean {
  const elements = numbers(tensor);
  if (node.type === "Add") return elements.some((element) => !(Math.abs(element) < hiding));
  return elements.includes(0) && elements.every((element) => element === 0 || element === 1);
}

function roleOf(node: Node, slot: number) {
  const roles = specOf(node.op)?.roles?.(node) ?? [];
  return roles[slot] ?? roles.at(-1);
}

/** Convolutions and matrix products: operators of note in multiply-accumulates that state a weight. */
function isProduct({ op }: Node): boolean {
  return specOf(op)?.macs !== undefined;
}
