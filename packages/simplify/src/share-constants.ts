/**
 * Constants of the same type, shape and bytes become one. Tensors are compared in windows and only within groups of the
 * same size and the same sampled bytes: nothing large is ever held in memory.
 */
import { type Graph, isGraphOutput, subgraphs, type Value } from "@pare/ir";
import { sameBytes, type Tensor } from "@pare/tensor";
import type { Scene } from "./scene.ts";
import type { Step } from "./step.ts";

export const shareConstants: Step = {
  name: "simplify/share-constants",
  summary: "Keep one of constants that hold the same",
  promise: "exact",
  run(scene) {
    shareIn(scene.model.graph, scene, []);
  },
};

type Groups = Map<string, Value[]>;

/** `outer`: what the graphs around hold, by key; a subgraph may read those. */
function shareIn(graph: Graph, scene: Scene, outer: readonly Groups[]): void {
  const groups = groupsOf(graph, scene);
  const twins: [Value, Value][] = [];
  for (const [key, values] of groups) {
    const known = outer.flatMap((each) => each.get(key) ?? []);
    if (known.length + values.length > 1) twins.push(...twinsIn(values, known));
  }
  if (twins.length > 0)
    graph.edit(scene.label, (edit) => {
      for (const [twin, first] of twins) {
        edit.replaceUses(twin, first);
        scene.drop(edit, [twin]);
        scene.changed("let one constant serve where another held the same", twin.name);
      }
    });
  for (const node of graph.nodes) for (const inner of subgraphs(node)) shareIn(inner, scene, [...outer, groups]);
}

function groupsOf(graph: Graph, scene: Scene): Groups {
  const groups: Groups = new Map();
  for (const value of graph.values) {
    if (value.origin.kind !== "constant" || !scene.tools.selects(value)) continue;
    const { dtype, shape, source } = value.origin.tensor;
    const key = `${dtype} ${shape.join()} ${source.size}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

/** Pairs of a value and the one that holds the same; values of the graphs around come first. */
function twinsIn(values: readonly Value[], known: readonly Value[]): [Value, Value][] {
  const bySample = new Map<string, Value[]>();
  const remember = (value: Value) => {
    const sample = sampleOf(tensorOf(value));
    const others = bySample.get(sample) ?? [];
    const first = others.find((other) => sameBytes(tensorOf(other).source, tensorOf(value).source));
    if (first === undefined) bySample.set(sample, [...others, value]);
    return first;
  };
  for (const value of known) remember(value);
  const twins: [Value, Value][] = [];
  for (const value of values) {
    if (isGraphOutput(value)) continue;
    const first = remember(value);
    if (first !== undefined) twins.push([value, first]);
  }
  return twins;
}

function tensorOf(value: Value): Tensor {
  if (value.origin.kind !== "constant") throw new TypeError("groups hold constants");
  return value.origin.tensor;
}

const sampleBytes = 64;
const places = 16;

/** Some bytes from places all over the tensor: different for most tensors that differ. */
function sampleOf({ source }: Tensor): string {
  if (source.size <= sampleBytes * places) return Buffer.from(source.read(0, source.size)).toString("latin1");
  const step = (source.size - sampleBytes) / (places - 1);
  return Array.from({ length: places }, (_, i) =>
    Buffer.from(source.read(Math.floor(i * step), sampleBytes)).toString("latin1"),
  ).join("");
}
