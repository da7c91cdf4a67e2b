/**
 * Every way to the gradients of convolutions and products, on shapes of real networks; all ways of a shape interleaved in
 * one process.
 *
 *   npm run bench:gradients [-- part of a case's name …]
 *
 * Prints a row a shape: medians in milliseconds, in parentheses the least, which says more on a busy machine; * marks the
 * weight gradient that the rule chooses.
 */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { createGraphBuilder, createModel, type Model, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { type Session, seededRandom, type Tensors } from "@pare/pass";
import { elementCount, tensorOf } from "@pare/tensor";
import { nodeMaker } from "@pare/train";
import { median } from "../process.ts";
import { comparisons, type Ports } from "./comparisons.ts";

const plan = { warmupRuns: 2, blocks: 15, runsPerBlock: 4, seed: 1 };
const wanted = process.argv.slice(2);
await using engine = createOnnxRuntimeEngine();

for (const { name, ports, ways } of comparisons)
  if (wanted.length === 0 || wanted.some((part) => name.includes(part)))
    console.log([name, ...(await timed(ports, ways))].join(" | "));

type Way = (make: NodeMaker, inputs: Readonly<Record<string, Value>>) => Value;

async function timed(ports: Ports, ways: ReadonlyMap<string, Way>): Promise<readonly string[]> {
  const sessions: Session[] = [];
  for (const way of ways.values()) sessions.push(await engine.open(modelOf(ports, way)));
  const inputs = sessions.map((session) => ({ session, inputs: inputsOf(ports, session) }));
  const { durationsUs } = await engine.time(inputs, plan);
  for (const session of sessions) await session[Symbol.asyncDispose]();
  return [...ways.keys()].map((name, i) => {
    const runs = durationsUs[i]!.flatMap((block) => [...block]);
    return `${name} ${(median(runs) / 1000).toFixed(2)} (${(Math.min(...runs) / 1000).toFixed(2)})`;
  });
}

function modelOf(ports: Ports, way: Way): Model {
  const builder = createGraphBuilder("gradient");
  for (const [name, shape] of Object.entries(ports))
    builder.input({ name, type: { kind: "tensor", dtype: "float32", shape } });
  const model = createModel({ graph: builder.finish([]), opsets: new Map([["onnx", 21]]), formatVersion: 10 });
  model.graph.edit("gradient", (edit) => {
    const inputs = Object.fromEntries(model.graph.inputs.map((input) => [input.name, input]));
    edit.output(way(nodeMaker(edit, ""), inputs));
  });
  return model;
}

function inputsOf(ports: Ports, session: Session): Tensors {
  const random = seededRandom(1);
  const used = new Set(session.inputs.map(({ name }) => name));
  return new Map(
    Object.entries(ports)
      .filter(([name]) => used.has(name))
      .map(([name, shape]) => {
        const elements = Float32Array.from({ length: elementCount(shape) }, () => random() - 0.5);
        return [name, tensorOf("float32", shape, Array.from(elements))];
      }),
  );
}
