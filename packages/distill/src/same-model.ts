import type { Graph, Model } from "@pare/ir";
import { sameTensor, type Tensor } from "@pare/tensor";

/** Whether two models have the same nodes and the same constants, by name. */
export function isSameModel(a: Model, b: Model): boolean {
  const nodes = ({ nodes: all }: Graph) =>
    [...all].map(({ op, outputs }) => `${op} ${outputs.map(({ name }) => name)}`);
  if (nodes(a.graph).join("\n") !== nodes(b.graph).join("\n")) return false;
  const [own, others] = [constantsOf(a.graph), constantsOf(b.graph)];
  return (
    own.size === others.size &&
    [...own].every(([name, tensor]) => others.has(name) && sameTensor(tensor, others.get(name)!))
  );
}

function constantsOf({ values }: Graph): ReadonlyMap<string, Tensor> {
  return new Map(
    [...values].flatMap(({ name, origin }) => (origin.kind === "constant" ? [[name, origin.tensor]] : [])),
  );
}
