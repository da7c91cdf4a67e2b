/** Relu and Clip that the grid behind them does for nothing: codes end where they would cut. */
import { consumersOf, floatAttr, type Node, onlyConsumer, producerOf, type Use, type Value } from "@pare/ir";
import { numbers } from "@pare/tensor";
import type { Range } from "../contract.ts";
import { codedInputs, constantOf, namedOutputs, ruleOf, type View } from "./view.ts";

export interface Fold {
  readonly clip: Node;
  readonly limits: Range;
}

/** Values and nodes as they will be when clips have gone into the grids of what they read. */
export interface Flow {
  readonly view: View;
  /** By the value that is clipped. */
  readonly folds: ReadonlyMap<Value, Fold>;
  /** The fold whose clip gives this value. */
  foldInto(value: Value): Fold | undefined;
  /** The node that makes a value: of a clip's result, the one before it. */
  producer(value: Value): Node | undefined;
  /** Who reads a value: of a clipped one, those behind the clip. */
  uses(value: Value): Iterable<Use>;
  /** The results of a node as others read them. */
  results(node: Node): readonly Value[];
}

export function flowOf(view: View, candidates: ReadonlySet<Node>, mayFold: (clip: Node) => boolean): Flow {
  const folds = foldableClips(view, candidates, mayFold);
  const before = new Map([...folds].map(([value, { clip }]) => [clip, value]));
  const behind = (value: Value) => folds.get(value)?.clip.outputs[0] ?? value;
  return {
    view,
    folds,
    foldInto: (value) => {
      const clip = producerOf(value);
      const clipped = clip && before.get(clip);
      return clipped && folds.get(clipped);
    },
    producer: (value) => {
      const producer = producerOf(value);
      const clipped = producer && before.get(producer);
      return clipped === undefined ? producer : producerOf(clipped);
    },
    uses: (value) => behind(value).uses,
    results: (node) => namedOutputs(node).map(behind),
  };
}

/**
 * By the value whose grid cuts. Only where zero lies within the bounds, since every grid holds zero, and where nothing
 * else reads what the clip reads, or what shares its grid.
 */
function foldableClips(view: View, candidates: ReadonlySet<Node>, mayFold: (clip: Node) => boolean): Map<Value, Fold> {
  const folds = new Map<Value, Fold>();
  if (!view.target.foldClips) return folds;
  for (const node of view.nodes) {
    const [value, ...rest] = namedOutputs(node);
    if (!candidates.has(node) || value === undefined || rest.length > 0) continue;
    const clip = onlyConsumer(value);
    if (clip === undefined || clip.graph !== view.model.graph || clip.inputs[0] !== value || !mayFold(clip)) continue;
    const limits = boundsOf(view, clip);
    if (limits === undefined || limits.min > 0 || limits.max < 0 || !isGridOwn(view, node, candidates)) continue;
    if (isJoined(view, clip)) continue;
    folds.set(value, { clip, limits });
  }
  return folds;
}

/** A node that shares its grid with its data hands the bounds on to them: nobody else may read those. */
function isGridOwn(view: View, node: Node, candidates: ReadonlySet<Node>): boolean {
  if (!sharesGrid(view, node)) return true;
  return codedInputs(view, node).every((value) => {
    const producer = producerOf(value);
    if (producer === undefined || !candidates.has(producer) || onlyConsumer(value) !== node) return false;
    return namedOutputs(producer).length === 1 && isGridOwn(view, producer, candidates);
  });
}

/** What it gives shares a grid with other data (a Concat on some targets), which the clip must not cut. */
function isJoined(view: View, node: Node): boolean {
  return namedOutputs(node)
    .flatMap(consumersOf)
    .filter((next) => next.graph === view.model.graph && sharesGrid(view, next))
    .some((next) => codedInputs(view, next).length > 1 || isJoined(view, next));
}

/** Whether what a node gives has the grid of what it reads. */
export function sharesGrid(view: View, node: Node): boolean {
  const rule = ruleOf(view, node);
  return rule !== undefined && (rule.kind === "move" || rule.share);
}

/** What a Relu or Clip lets through; undefined for other nodes, and where a bound is computed. */
export function boundsOf({ opset }: Pick<View, "opset">, node: Node): Range | undefined {
  if (node.op === "onnx.Relu") return { min: 0, max: Number.MAX_VALUE };
  if (node.op !== "onnx.Clip") return undefined;
  const [min, max] =
    opset < 11
      ? [floatAttr(node, "min", -Number.MAX_VALUE), floatAttr(node, "max", Number.MAX_VALUE)]
      : [inputBound(node.inputs[1], -Number.MAX_VALUE), inputBound(node.inputs[2], Number.MAX_VALUE)];
  return min === undefined || max === undefined || !(min <= max) ? undefined : { min, max };
}

function inputBound(value: Value | undefined, none: number): number | undefined {
  if (value === undefined) return none;
  const constant = constantOf(value);
  return constant && numbers(constant)[0];
}
