/**
 * Nodes that compute the same in every run become constants:
 * 1. integers that shape arithmetic knows (a Shape of fixed sizes, the sum of two) are written down as they are;
 * 2. everything else is computed by the runtime itself, all in one run of a model of these nodes alone, so that its bits
 *    are those that the runtime would have come to;
 * 3. parameter bytes never grow beyond what the model had, and a single fold adds little: a Tile that repeats a weight is
 *    left. Weights stored in few bits (behind DequantizeLinear) stay so.
 */
import { attr, attrsOf, createGraphBuilder, createModel, isGraphOutput, type Node, type Value } from "@pare/ir";
import { sizeBytes, type Tensor } from "@pare/tensor";
import { ConstantSearch, isAffordable, writtenDown } from "./constant-search.ts";
import { freedBy } from "./freed.ts";
import { nameOf, type Scene } from "./scene.ts";
import type { Step } from "./step.ts";

/** Larger results are left to the runtime: they would have to be held in memory. */
export const defaultMaxFoldBytes = 256 * 1024 * 1024;

export function foldConstantsStep(maxFoldBytes: number): Step {
  return {
    name: "simplify/fold-constants",
    summary: "Compute once what is the same in every run",
    promise: "exact",
    run: async (scene) => {
      const search = new ConstantSearch(scene, maxFoldBytes);
      for (const batch of batchesOf(search.choose(), search, maxFoldBytes))
        for (const [value, tensor] of await compute(batch, scene)) commit(value, tensor, scene);
    },
  };
}

/** As many values at a time as may be held in memory together. */
function* batchesOf(values: readonly Value[], search: ConstantSearch, mostBytes: number): Generator<readonly Value[]> {
  let batch: Value[] = [];
  let bytes = 0;
  for (const value of values) {
    const size = search.bytesOf(value) ?? 0;
    if (batch.length > 0 && bytes + size > mostBytes) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(value);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

async function compute(chosen: readonly Value[], scene: Scene): Promise<ReadonlyMap<Value, Tensor>> {
  const results = new Map<Value, Tensor>();
  const toRun: Value[] = [];
  for (const value of chosen) {
    const tensor = writtenDown(value, scene);
    if (tensor !== undefined) results.set(value, tensor);
    else if (!scene.refused.has(value)) toRun.push(value);
  }
  await runAll(toRun, scene, results);
  return results;
}

/** Where the runtime refuses, halves are tried: what it cannot compute is left, and everything else is not. */
async function runAll(values: readonly Value[], scene: Scene, results: Map<Value, Tensor>): Promise<void> {
  if (values.length === 0) return;
  scene.tools.signal.throwIfAborted();
  const { model, names } = modelOf(values, scene);
  try {
    const [outputs] = await scene.tools.run(model, [new Map()]);
    for (const value of values) {
      const tensor = outputs?.get(names.get(value)!);
      if (tensor !== undefined) results.set(value, tensor);
    }
  } catch {
    scene.tools.signal.throwIfAborted();
    if (values.length === 1) {
      scene.refused.add(values[0]!);
      scene.leave("left a constant expression that the runtime does not compute", values[0]!.name);
      return;
    }
    const half = values.length >> 1;
    await runAll(values.slice(0, half), scene, results);
    await runAll(values.slice(half), scene, results);
  }
}

/** A model of the nodes behind `values`, without inputs. Names are its own: different graphs may use one twice. */
function modelOf(values: readonly Value[], scene: Scene) {
  const builder = createGraphBuilder("constants");
  const names = new Map<Value, string>();
  const done = new Set<Node>();
  const nameFor = (value: Value): string => {
    const name = names.get(value) ?? `v${names.size}`;
    names.set(value, name);
    return name;
  };
  const add = (value: Value): void => {
    if (names.has(value)) return;
    const tensor = scene.constant(value) ?? writtenDown(value, scene);
    if (tensor !== undefined) builder.constant({ name: nameFor(value), tensor });
    else if (value.origin.kind === "output") addNode(value.origin.node);
  };
  const addNode = (node: Node): void => {
    if (done.has(node)) return;
    done.add(node);
    for (const input of node.inputs) if (input !== undefined) add(input);
    builder.node({
      domain: node.domain,
      type: node.type,
      name: node.name,
      inputs: node.inputs.map((input) => (input === undefined ? "" : nameFor(input))),
      outputs: node.outputs.map((output) => (output.name === "" ? "" : nameFor(output))),
      attrs: node.attrs,
    });
  };
  for (const value of values) if (value.origin.kind === "output") addNode(value.origin.node);
  const outputs = values.map((value) => {
    const dtype = scene.dtype(value);
    return { name: nameFor(value), type: dtype && ({ kind: "tensor", dtype, shape: undefined } as const) };
  });
  const { opsets, formatVersion } = scene.model;
  return {
    model: createModel({ graph: builder.finish(outputs), opsets, formatVersion: Math.max(formatVersion, 4) }),
    names,
  };
}

/** Puts the tensor where the value was read. A graph output needs a node that gives it: a Constant. */
function commit(value: Value, tensor: Tensor, scene: Scene): void {
  if (value.origin.kind !== "output") return;
  const { node } = value.origin;
  const freed = freedBy(node);
  if (!isAffordable(sizeBytes(tensor) - freed.bytes, scene)) {
    scene.leave(`left a constant ${node.type}: as a constant it would take more space`, nameOf(node));
    return;
  }
  if (isGraphOutput(value) && freed.nodes === 1) return;
  scene.rewrite(node, "folded constant expressions", (edit) => {
    if (!isGraphOutput(value)) {
      const { name } = value;
      edit.rename(value, `${name}_computed`);
      scene.replace(edit, value, scene.constantOf(edit, name, tensor, value.graph));
      return [value];
    }
    scene.ledger.spent(tensor);
    const made = edit.node("onnx.Constant", [], {
      attrs: attrsOf({ value: attr.tensor(tensor) }),
      before: node,
      name: node.name,
    });
    scene.replace(edit, value, made.outputs[0]!);
    return [value];
  });
}
