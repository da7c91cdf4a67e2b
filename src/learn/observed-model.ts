import { cloneModel, type Model, type Value } from "@pare/ir";
import { dtypeOf, inferTypes, shapeOf } from "@pare/ops";
import type { Observation, PortInfo } from "@pare/pass";
import { byteSize, elementCount } from "@pare/tensor";
import { unknownValueError } from "./errors.ts";

/** Fetched values of one run take at most so much memory, unless one value alone takes more. */
const runBytes = 32 * 1024 * 1024;
/** More samples a run make it no faster, but larger: as many as are half of that, at most sixteen. */
const largestBatch = 16;
const batchBytes = runBytes / 2;

/** Values that are observed in the same runs, and how many samples a run has. */
export interface ObservationGroup {
  readonly observations: readonly Observation[];
  readonly batch: number;
}

/** A copy that gives the named values, those of inputs and outputs left out, as outputs too. @throws LEARN_VALUE */
export function withOutputs(model: Model, names: readonly string[]): Model {
  const copy = cloneModel(model);
  const { type } = inferTypes(copy);
  copy.graph.edit("observe", (edit) => {
    for (const name of names) {
      const value = observable(copy, name);
      if (value.origin.kind !== "output" || copy.graph.outputs.includes(value)) continue;
      edit.retype(value, type(value));
      edit.output(value);
    }
  });
  return copy;
}

function observable({ graph }: Model, name: string): Value {
  const value = graph.value(name);
  if (value === undefined || value.origin.kind === "constant") throw unknownValueError(name);
  return value;
}

/**
 * In graph order, as many together as memory allows: a function of the model and the shapes of one sample alone.
 * @param ports inputs of the model with the shape of one sample
 */
export function planGroups(
  model: Model,
  observations: readonly Observation[],
  ports: readonly PortInfo[],
): readonly ObservationGroup[] {
  const inputShapes = new Map(ports.map(({ name, shape }) => [name, shape]));
  const { type } = inferTypes(model, { inputShapes });
  const bytesOf = ({ value }: Observation) => {
    const found = type(observable(model, value));
    const sizes = (shapeOf(found) ?? []).map((size) => (typeof size === "number" && size >= 0 ? size : 1));
    return byteSize(dtypeOf(found) ?? "float32", elementCount(sizes)) ?? 0;
  };
  const order = new Map([...model.graph.values].map(({ name }, i) => [name, i]));
  const sorted = [...observations].sort((a, b) => (order.get(a.value) ?? 0) - (order.get(b.value) ?? 0));
  const groups: { observations: Observation[]; bytes: number }[] = [];
  for (const observation of sorted) {
    const bytes = bytesOf(observation);
    const last = groups.at(-1);
    if (last === undefined || last.bytes + bytes > runBytes) groups.push({ observations: [observation], bytes });
    else {
      last.observations.push(observation);
      last.bytes += bytes;
    }
  }
  return groups.map((group) => ({ observations: group.observations, batch: batchFor(group.bytes) }));
}

/** A power of two. */
function batchFor(sampleBytes: number): number {
  let batch = largestBatch;
  while (batch > 1 && batch * sampleBytes > batchBytes) batch /= 2;
  return batch;
}
