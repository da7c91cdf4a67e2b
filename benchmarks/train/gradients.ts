/**
 * Every way to the gradients of convolutions, on shapes of real networks; all ways of a shape interleaved in one process.
 *
 *   node scripts/run.mjs benchmarks/train/gradients.ts [part of a case's name …]
 *
 * Prints a row a shape: medians in milliseconds, and the least in parentheses, which is what counts on a busy machine.
 */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { createGraphBuilder, createModel, type Model, type Value } from "@pare/ir";
import { type DataGradientParts, dataGradients, type NodeMaker, weightGradients } from "@pare/ops";
import { type Session, seededRandom, type Tensors } from "@pare/pass";
import { elementCount, tensorOf } from "@pare/tensor";
import { nodeMaker } from "@pare/train";
import { median } from "../process.ts";
import { type ConvCase, convCases } from "./shapes.ts";

const plan = { warmupRuns: 2, blocks: 15, runsPerBlock: 4, seed: 1 };
const wanted = process.argv.slice(2);
await using engine = createOnnxRuntimeEngine();

for (const each of convCases.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)))) {
  await report(each, "weight", ofWeight(each));
  await report(each, "data", ofData(each));
}

type Way = (make: NodeMaker, inputs: Inputs) => Value;

interface Inputs {
  readonly data: Value;
  readonly gradient: Value;
  readonly weight: Value;
}

function ofWeight({ shapes, window }: ConvCase): ReadonlyMap<string, Way> {
  const isDepthwise = window.group > 1;
  const isDense = window.strides.every((stride) => stride === 1);
  const names = Object.keys(weightGradients).filter((name) =>
    isDepthwise
      ? name === "asConvolution" || name === "depthwise"
      : name !== "depthwise" && (isDense || name !== "shiftBoth"),
  );
  return new Map(
    names.map((name) => [
      name,
      (make, { data, gradient }) => weightGradients[name]!(make, { data, gradient, shapes, window }),
    ]),
  );
}

/** Averaged over each picture: handing out the whole takes longer than making it. */
function ofData({ shapes, window }: ConvCase): ReadonlyMap<string, Way> {
  const isDense = window.strides.every((stride) => stride === 1);
  const names = Object.keys(dataGradients).filter((name) =>
    isDense ? name !== "byStuffing" : name !== "byTurnedWeights",
  );
  return new Map(
    names.map((name) => [
      name,
      (make, { gradient, weight }) => {
        const parts: DataGradientParts = { gradient, weight, shapes, window };
        return make.op("GlobalAveragePool", [dataGradients[name]!(make, parts)]);
      },
    ]),
  );
}

async function report(each: ConvCase, of: string, ways: ReadonlyMap<string, Way>): Promise<void> {
  const sessions: Session[] = [];
  const timed = [];
  for (const way of ways.values()) {
    const session = await engine.open(modelOf(each, way));
    sessions.push(session);
    timed.push({ session, inputs: inputsOf(each, session) });
  }
  const { durationsUs } = await engine.time(timed, plan);
  const cells = [...ways.keys()].map((name, i) => {
    const runs = durationsUs[i]!.flatMap((block) => [...block]);
    return `${name} ${(median(runs) / 1000).toFixed(2)} (${(Math.min(...runs) / 1000).toFixed(2)})`;
  });
  console.log(`${each.name} | ${of} | ${cells.join(" | ")}`);
  for (const session of sessions) await session[Symbol.asyncDispose]();
}

function types({ data, output, weight }: ConvCase["shapes"]) {
  return { data, gradient: output, weight };
}

function modelOf({ shapes }: ConvCase, way: Way): Model {
  const builder = createGraphBuilder("gradient");
  for (const [name, shape] of Object.entries(types(shapes)))
    builder.input({ name, type: { kind: "tensor", dtype: "float32", shape } });
  const model = createModel({ graph: builder.finish([]), opsets: new Map([["onnx", 21]]), formatVersion: 10 });
  model.graph.edit("gradient", (edit) => {
    const [data, gradient, weight] = model.graph.inputs as readonly [Value, Value, Value];
    edit.output(way(nodeMaker(edit, ""), { data, gradient, weight }));
  });
  return model;
}

function inputsOf({ shapes }: ConvCase, session: Session): Tensors {
  const random = seededRandom(1);
  const drawn = (shape: readonly number[]) =>
    tensorOf(
      "float32",
      shape,
      Array.from({ length: elementCount(shape) }, () => random() - 0.5),
    );
  const used = new Set(session.inputs.map(({ name }) => name));
  return new Map(
    Object.entries(types(shapes))
      .filter(([name]) => used.has(name))
      .map(([name, shape]) => [name, drawn(shape)]),
  );
}
