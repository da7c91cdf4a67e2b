/**
 * Which groups of nodes are better off in float on this machine.
 *
 * Every group has a time as integers and one as floats, from the runtime's profile of both models; a value between an
 * integer and a float group costs a conversion. What is cheapest for the whole is a minimum cut: a group that gains less
 * than the conversions around it goes with its neighbours.
 */
import { cloneModel, type Model, type Node } from "@pare/ir";
import { inferTypes, shapeOf } from "@pare/ops";
import type { PassBench, Profile, Tools } from "@pare/pass";
import { elementCount } from "@pare/tensor";
import type { Placement } from "../contract.ts";
import { nameOf, namesByGroup } from "../node-names.ts";
import { placeStatic } from "../schemes/static.ts";
import type { Target } from "../targets/target.ts";
import { cheapestLabels } from "./cheapest-labels.ts";
import { timesByKey } from "./node-times.ts";

export interface GroupTime {
  /** Keys of its nodes. */
  readonly keys: readonly string[];
  readonly floatUs: number;
  readonly integerUs: number;
}

/** A value that one group gives and another reads. */
interface Border {
  readonly from: number;
  readonly to: number;
  /** What converting it between float and integer takes. */
  readonly us: number;
}

export interface Regions {
  readonly groups: readonly GroupTime[];
  readonly borders: readonly Border[];
}

/** Times every group of nodes as floats and as integers. @param quantized all of `model` that the target can */
export async function timeRegions(
  model: Model,
  quantized: Model,
  target: Target,
  tools: Tools & { readonly bench: PassBench },
): Promise<Regions> {
  const prepared = cloneModel(model);
  const { placement } = placeStatic(prepared, target, {}, tools);
  const { profile: before } = await tools.bench.profile(prepared);
  const { profile: after } = await tools.bench.profile(quantized);
  const keys = namesByGroup(placement);
  const numbers = [...keys.keys()];
  const [float, integer] = [before, after].map((profile) => timesOf(profile, placement));
  const total = (of: ReadonlyMap<string, number>, group: number) =>
    keys.get(group)!.reduce((sum, key) => sum + (of.get(key) ?? 0), 0);
  return {
    groups: numbers.map((group) => ({
      keys: keys.get(group)!,
      floatUs: total(float!, group),
      integerUs: total(integer!, group),
    })),
    borders: bordersOf(prepared, placement, conversionUs(after)).map(({ from, to, us }) => ({
      from: numbers.indexOf(from),
      to: numbers.indexOf(to),
      us,
    })),
  };
}

export interface Judging {
  /** What conversions cost, times what was measured: a larger one makes fewer and larger regions. Default 1. */
  readonly caution?: number;
  /** What integers cost, times what was measured. Default 1. */
  readonly trust?: number;
}

/** Keys of the nodes that should stay float. */
export function floatKeys({ groups, borders }: Regions, { caution = 1, trust = 1 }: Judging = {}): readonly string[] {
  const items = groups.map(({ integerUs, floatUs }) => ({ first: trust * integerUs, second: floatUs }));
  const pairs = borders.map(({ from, to, us }) => ({ a: from, b: to, cost: caution * us }));
  const isFloat = cheapestLabels(items, pairs);
  return groups.flatMap(({ keys }, i) => (isFloat[i] ? keys : []));
}

/** Microseconds by node; what converts a value counts for the node that gives it, an input's for the first to read it. */
function timesOf(profile: Profile, { decisions }: Placement): ReadonlyMap<string, number> {
  const owners = new Map<string, string>();
  for (const node of decisions.keys()) {
    for (const { name } of node.outputs) if (name !== "") owners.set(name, nameOf(node));
    for (const input of node.inputs)
      if (input?.origin.kind === "input" && !owners.has(input.name)) owners.set(input.name, nameOf(node));
  }
  for (const node of decisions.keys()) owners.set(nameOf(node), nameOf(node));
  const times = new Map<string, number>();
  for (const [name, us] of timesByKey(profile, owners.keys())) {
    const key = owners.get(name) ?? name;
    times.set(key, (times.get(key) ?? 0) + us);
  }
  return times;
}

/** What starting any kernel costs, about. */
const startUs = 2;
/** Where the profile holds no conversion of its own. */
const usualUsPerElement = 0.0003;

/** Microseconds of one conversion by the number of elements, from those that the profile holds. */
function conversionUs({ events }: Profile): (elements: number) => number {
  const seen = events.filter(({ op }) => op === "QuantizeLinear" || op === "DequantizeLinear");
  const large = seen.filter(({ inputs }) => elementCount(inputs[0]?.shape ?? []) >= 10_000);
  const us = large.reduce((sum, { durationUs }) => sum + durationUs, 0);
  const all = large.reduce((sum, { inputs }) => sum + elementCount(inputs[0]?.shape ?? []), 0);
  const each = all > 0 ? us / all : usualUsPerElement;
  return (count) => startUs + each * count;
}

function bordersOf(model: Model, { decisions }: Placement, costOf: (elements: number) => number): readonly Border[] {
  const { type } = inferTypes(model);
  const groupOf = (node: Node) => decisions.get(node)?.group;
  const borders: Border[] = [];
  for (const node of decisions.keys()) {
    const from = groupOf(node);
    for (const output of node.outputs) {
      const readers = [...output.uses].flatMap((use) => (use.kind === "input" ? (groupOf(use.node) ?? []) : []));
      const shape = shapeOf(type(output)) ?? [];
      const elements = shape.reduce<number>((product, size) => product * (typeof size === "number" ? size : 1), 1);
      for (const to of new Set(readers))
        if (from !== undefined && from !== to) borders.push({ from, to, us: costOf(elements) });
    }
  }
  return borders;
}
