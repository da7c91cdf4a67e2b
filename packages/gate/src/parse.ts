/**
 * A gate's text to a checked condition.
 *
 * mathjs reads the text and does nothing else: what it read is taken over node by node into plain data, and whatever is
 * not on the short list here (definitions, assignments, calls but three, indexing, strings, matrices, units …) is
 * refused. Nothing that a recipe says is ever run by mathjs.
 */
import {
  type AccessorNode,
  create,
  type FunctionNode,
  type MathNode,
  type OperatorNode,
  parseDependencies,
  type RelationalNode,
} from "mathjs";
import { gateLengthError, gateSyntaxError } from "./errors.ts";
import type { ArithmeticOp, CompareOp, Condition, FunctionName, Gate, Quantity } from "./expression.ts";
import { allNames, type MetricNames, quoteNames, resolveMetric } from "./metric-path.ts";

const lengthLimit = 500;
const math = create({ ...parseDependencies });

interface Context {
  readonly names: MetricNames;
  readonly place: string;
}

/**
 * @throws GATE_SYNTAX, GATE_LENGTH, GATE_METRIC, GATE_AMBIGUOUS
 */
export function parseGate(expression: string, names: MetricNames, place: string): Gate {
  if (expression.trim() === "") throw gateSyntaxError(place, "it is empty");
  if (expression.length > lengthLimit) throw gateLengthError(place, expression.length, lengthLimit);
  return {
    expression,
    condition: conditionOf(read(quoteNames(expression.trim(), allNames(names)), place), { names, place }),
  };
}

function read(text: string, place: string): MathNode {
  try {
    return math.parse!(text) as MathNode;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const hint = /&&|\|\|/.test(text) ? " (&& is written and, || is written or)" : "";
    throw gateSyntaxError(place, `"${text}" cannot be read: ${why}${hint}`);
  }
}

const comparisons: Readonly<Record<string, CompareOp>> = {
  smaller: "<",
  smallerEq: "<=",
  larger: ">",
  largerEq: ">=",
  equal: "==",
  unequal: "!=",
};

const arithmetic: Readonly<Record<string, ArithmeticOp>> = { add: "+", subtract: "-", multiply: "*", divide: "/" };

const functions: readonly string[] = ["min", "max", "abs"] satisfies FunctionName[];

function conditionOf(node: MathNode, context: Context): Condition {
  const inner = bare(node);
  if (isOperator(inner)) {
    const { fn, args } = inner;
    const [first, second] = args as [MathNode, MathNode];
    const compare = Object.hasOwn(comparisons, fn) ? comparisons[fn] : undefined;
    if (compare !== undefined) return comparison(compare, first, second, context);
    if (fn === "not") return { kind: "not", of: conditionOf(first, context) };
    if (fn === "and" || fn === "or")
      return { kind: fn, left: conditionOf(first, context), right: conditionOf(second, context) };
  }
  if (inner.type === "RelationalNode") return chainOf(inner as RelationalNode, context);
  if (inner.type === "BlockNode")
    throw gateSyntaxError(
      context.place,
      `"${oneLine(inner)}" is more than one condition: write each as a gate of its own`,
    );
  throw gateSyntaxError(context.place, `"${inner}" is not a condition: it compares nothing`);
}

function comparison(op: CompareOp, left: MathNode, right: MathNode, context: Context): Condition {
  return { kind: "compare", op, left: quantityOf(left, context), right: quantityOf(right, context) };
}

/** `0.5 < a < 1` is `0.5 < a and a < 1`. */
function chainOf({ conditionals, params }: RelationalNode, context: Context): Condition {
  const links = conditionals.map((fn, i) => comparison(comparisons[fn]!, params[i]!, params[i + 1]!, context));
  return links.reduce((left, right) => ({ kind: "and", left, right }));
}

function quantityOf(node: MathNode, context: Context): Quantity {
  const inner = bare(node);
  if (inner.type === "ConstantNode" && "value" in inner && typeof inner.value === "number") {
    if (!Number.isFinite(inner.value)) throw gateSyntaxError(context.place, `"${inner}" is no finite number`);
    return { kind: "number", value: inner.value };
  }
  if (isOperator(inner)) return arithmeticOf(inner, context);
  if (inner.type === "FunctionNode") return callOf(inner as FunctionNode, context);
  const parts = pathOf(inner);
  if (parts !== undefined) return { kind: "metric", metric: resolveMetric(parts, context.names, context.place) };
  throw gateSyntaxError(context.place, `"${inner}" is neither a number nor a metric`);
}

function arithmeticOf(node: OperatorNode, context: Context): Quantity {
  const { fn, args, implicit } = node;
  const [first, second] = args as [MathNode, MathNode];
  if (fn === "unaryMinus") return { kind: "negate", of: quantityOf(first, context) };
  if (fn === "unaryPlus") return quantityOf(first, context);
  const op = Object.hasOwn(arithmetic, fn) ? arithmetic[fn] : undefined;
  // "5 ms" reads as 5 times ms.
  if (implicit && op !== undefined)
    throw gateSyntaxError(context.place, `"${node}": units are not written (times are ms, sizes bytes, shares 0 to 1)`);
  if ("isPercentage" in node && node.isPercentage === true)
    throw gateSyntaxError(context.place, `"${first} %": percentages are not written (shares are 0 to 1)`);
  if (op === undefined) throw gateSyntaxError(context.place, `"${node}" is more than a gate may say`);
  return { kind: "arithmetic", op, left: quantityOf(first, context), right: quantityOf(second, context) };
}

function callOf(node: FunctionNode, context: Context): Quantity {
  const name = node.fn.type === "SymbolNode" && "name" in node.fn ? String(node.fn.name) : "";
  const isKnown = (candidate: string): candidate is FunctionName => functions.includes(candidate);
  if (!isKnown(name)) throw gateSyntaxError(context.place, `"${node}" calls what a gate may not call`);
  const args = node.args.map((argument) => quantityOf(argument, context));
  if (args.length === 0 || (name === "abs" && args.length > 1))
    throw gateSyntaxError(context.place, `"${node}" has the wrong number of arguments`);
  return { kind: "call", name, args };
}

/** `a.b["c-d"]` → ["a", "b", "c-d"]; undefined for anything else. */
function pathOf(node: MathNode): readonly string[] | undefined {
  if (node.type === "SymbolNode" && "name" in node) return [String(node.name)];
  if (node.type !== "AccessorNode") return undefined;
  const { object, index } = node as AccessorNode;
  const before = pathOf(object);
  const [dimension, ...others] = index.dimensions;
  if (before === undefined || others.length > 0 || dimension?.type !== "ConstantNode") return undefined;
  const part = "value" in dimension ? dimension.value : undefined;
  return typeof part === "string" ? [...before, part] : undefined;
}

const oneLine = (node: MathNode) => node.toString().replace(/\s+/g, " ");

function bare(node: MathNode): MathNode {
  let inner = node;
  while (inner.type === "ParenthesisNode" && "content" in inner) inner = inner.content as MathNode;
  return inner;
}

function isOperator(node: MathNode): node is OperatorNode {
  return node.type === "OperatorNode";
}
