/** Patterns that are known to lose accuracy, where they are integer in a placement. */
import { consumersOf, type Model, type Node } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import type { Statistics } from "@pare/pass";
import type { Placement } from "../contract.ts";
import { nameOf } from "../node-names.ts";
import { protectedNodes } from "../placement/protect.ts";
import { viewOf } from "../placement/view.ts";
import type { Finding } from "./finding.ts";

/** @param model that the placement is of */
export function patternFindings(
  model: Model,
  { decisions, target, ends }: Placement,
  statistics: ReadonlyMap<string, Statistics>,
): readonly Finding[] {
  const integer = (node: Node) => decisions.get(node)?.kind === "integer";
  return [
    ...protectedFindings(protectedNodes(viewOf(model, inferTypes(model), target)), integer),
    ...endFindings([...new Set([...ends.first, ...ends.last])].filter(integer)),
    ...concatFindings([...model.graph.nodes].filter(integer), statistics),
  ];
}

function protectedFindings(fragile: ReadonlyMap<Node, string>, integer: (node: Node) => boolean): readonly Finding[] {
  const byReason = new Map<string, string[]>();
  for (const [node, reason] of fragile) {
    if (!integer(node)) continue;
    const pattern = reason.replace(/[:(].*$/, "").trim();
    byReason.set(pattern, [...(byReason.get(pattern) ?? []), nameOf(node)]);
  }
  return [...byReason].map(([pattern, subjects]) => ({
    cause: "fragile-pattern",
    text: `${pattern} as integers: ${subjects.length} nodes`,
    subjects,
    cure: { options: { protect: true } },
  }));
}

function endFindings(integer: readonly Node[]): readonly Finding[] {
  if (integer.length === 0) return [];
  const text = `first and last layers as integers: ${integer.length} nodes`;
  return [{ cause: "fragile-pattern", text, subjects: integer.map(nameOf), cure: { options: { ends: "float" } } }];
}

/** What is joined under one scale may differ by this factor in size. */
const unlike = 20;

/** Joins of large numbers and small ones: boxes in pixels and scores below 1. All of them get the scale of the largest. */
export function concatFindings(
  nodes: readonly Node[],
  statistics: ReadonlyMap<string, Statistics>,
): readonly Finding[] {
  const mixed = nodes.filter((node) => {
    if (node.op !== "onnx.Concat") return false;
    const sizes = node.inputs.flatMap((value) => {
      const found = value && statistics.get(value.name);
      return found === undefined ? [] : [Math.max(Math.abs(found.min), Math.abs(found.max))];
    });
    const smallest = Math.min(...sizes.filter((size) => size > 0));
    return sizes.length > 1 && Math.max(...sizes) > unlike * smallest;
  });
  return [true, false].flatMap((isCertain): readonly Finding[] => {
    const names = mixed.filter((node) => isHead(node) === isCertain).map(nameOf);
    if (names.length === 0) return [];
    const what = isCertain ? "large numbers and small ones (boxes and scores)" : "large numbers and small ones";
    const text = `${names.length} Concat nodes join ${what} under one scale`;
    return [{ cause: "mixed-concat", text, subjects: names, isCertain, cure: { except: names } }];
  });
}

const layers: ReadonlySet<string> = new Set(["onnx.Conv", "onnx.ConvTranspose", "onnx.MatMul", "onnx.Gemm"]);

/** Nothing behind it learns to live with the rounding: what it joins is what the model gives. */
function isHead(node: Node): boolean {
  const seen = new Set<Node>([node]);
  for (const each of seen) for (const next of each.outputs.flatMap(consumersOf)) seen.add(next);
  return ![...seen].some(({ op }) => layers.has(op));
}
