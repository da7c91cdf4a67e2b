/**
 * Every way to put gradients back where an operator took elements from: rows of a table, every second place of an axis;
 * all ways of a case interleaved in one process.
 *
 *   node scripts/run.mjs benchmarks/train/arranging.ts [part of a case's name …]
 *
 * Prints a row a case: medians in milliseconds, and the least in parentheses, which is what counts on a busy machine.
 */
import { createOnnxRuntimeEngine } from "@pare/engine";
import { attr, createGraphBuilder, createModel, type Model, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { type Session, seededRandom } from "@pare/pass";
import { elementCount, type Tensor, tensorOf } from "@pare/tensor";
import { nodeMaker } from "@pare/train";
import { median } from "../process.ts";

interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Each gives the same gradient. */
  readonly ways: Readonly<Record<string, (make: NodeMaker, inputs: readonly Value[]) => Value>>;
}

const random = seededRandom(1);

function drawn(shape: readonly number[]): Tensor {
  const elements = Array.from({ length: elementCount(shape) }, () => random() - 0.5);
  return tensorOf("float32", shape, elements);
}

/** ∂loss/∂table [rows, width] of `taken` rows. */
function table(taken: number, rows: number, width: number): Case {
  const indices = Array.from({ length: taken }, () => Math.floor(random() * rows));
  const zeros = (make: NodeMaker) => make.op("Expand", [make.scalar(0), make.ints([rows, width])]);
  return {
    name: `${taken} rows of a table [${rows}, ${width}]`,
    inputs: { gradient: drawn([taken, width]), indices: tensorOf("int64", [taken], indices) },
    ways: {
      scatterElements: (make, [gradient, places]) => {
        const column = make.op("Unsqueeze", [places, make.ints([1])]);
        const everywhere = make.op("Expand", [column, make.ints([taken, width])]);
        return make.op("ScatterElements", [zeros(make), everywhere, gradient], { reduction: attr.string("add") });
      },
      /** Of no use: with several threads sums are lost where indices repeat. */
      scatterND: (make, [gradient, places]) => {
        const column = make.op("Unsqueeze", [places, make.ints([1])]);
        return make.op("ScatterND", [zeros(make), column, gradient], { reduction: attr.string("add") });
      },
      oneHot: (make, [gradient, places]) => {
        const depth = make.ints([rows]);
        const hot = make.op("OneHot", [places, depth, make.floats([0, 1])], { axis: attr.int(0) });
        return make.op("MatMul", [hot, gradient]);
      },
      oneHotTransposed: (make, [gradient, places]) => {
        const hot = make.op("OneHot", [places, make.ints([rows]), make.floats([0, 1])]);
        return make.op("Gemm", [hot, gradient], { transA: attr.int(1) });
      },
    },
  };
}

/** Every second place of an axis of an [N, C, size, size]. */
function everySecond(n: number, c: number, size: number, axis: 2 | 3): Case {
  const taken = size / 2;
  const shape = [n, c, size, size].with(axis, taken);
  return {
    name: `every second of ${size} on axis ${axis}, ${n} × ${c}`,
    inputs: { gradient: drawn(shape) },
    ways: {
      product: (make, [gradient]) => {
        const map = Float32Array.from({ length: taken * size }, (_, i) => {
          const [from, to] = axis === 3 ? [Math.floor(i / size), i % size] : [i % taken, Math.floor(i / taken)];
          return Number(to === 2 * from);
        });
        const matrix = make.floats(map, axis === 3 ? [taken, size] : [size, taken]);
        return make.op("MatMul", axis === 3 ? [gradient, matrix] : [matrix, gradient]);
      },
      gather: (make, [gradient]) => {
        const pads = [0, 0, 0, 0].with(axis, 1);
        const padded = make.op("Pad", [gradient, make.ints([0, 0, 0, 0, ...pads])]);
        const places = Array.from({ length: size }, (_, i) => (i % 2 === 0 ? i / 2 : taken));
        return make.op("Gather", [padded, make.ints(places)], { axis: attr.int(axis) });
      },
      concat: (make, [gradient]) => {
        const wide = make.op("Unsqueeze", [gradient, make.ints([axis + 1])]);
        const zeros = make.op("Expand", [make.scalar(0), make.ints(shape.toSpliced(axis + 1, 0, 1))]);
        const both = make.op("Concat", [wide, zeros], { axis: attr.int(axis + 1) });
        return make.op("Reshape", [both, make.ints([n, c, size, size])]);
      },
      pad: (make, [gradient]) => {
        const wide = make.op("Unsqueeze", [gradient, make.ints([axis + 1])]);
        const pads = [0, 0, 0, 0, 0].with(axis + 1, 1);
        const padded = make.op("Pad", [wide, make.ints([0, 0, 0, 0, 0, ...pads])]);
        return make.op("Reshape", [padded, make.ints([n, c, size, size])]);
      },
    },
  };
}

const cases = [
  table(2048, 1000, 64),
  table(2048, 30000, 256),
  table(2048, 512, 64),
  table(2048, 256, 64),
  table(2048, 128, 64),
  table(2048, 512, 256),
  table(2048, 128, 256),
  table(2048, 2, 256),
  table(128, 1000, 64),
  everySecond(32, 16, 32, 3),
  everySecond(32, 16, 32, 2),
  everySecond(8, 16, 64, 3),
  everySecond(8, 3, 224, 3),
  everySecond(8, 3, 224, 2),
  everySecond(2, 3, 640, 3),
];

const plan = { warmupRuns: 2, blocks: 10, runsPerBlock: 3, seed: 1 };
const wanted = process.argv.slice(2);
await using engine = createOnnxRuntimeEngine();
for (const each of cases.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part))))
  await report(each);

async function report({ name, inputs, ways }: Case): Promise<void> {
  const sessions: Session[] = [];
  for (const way of Object.values(ways)) sessions.push(await engine.open(modelOf(inputs, way)));
  const fed = new Map(Object.entries(inputs));
  const { durationsUs } = await engine.time(
    sessions.map((session) => ({ session, inputs: fed })),
    plan,
  );
  const cells = Object.keys(ways).map((way, i) => {
    const runs = durationsUs[i]!.flatMap((block) => [...block]);
    return `${way} ${(median(runs) / 1000).toFixed(2)} (${(Math.min(...runs) / 1000).toFixed(2)})`;
  });
  console.log(`${name} | ${cells.join(" | ")}`);
  for (const session of sessions) await session[Symbol.asyncDispose]();
}

/** The gradient's sum is handed out: the whole would take longer to hand out than to make. */
function modelOf(inputs: Case["inputs"], way: Case["ways"][string]): Model {
  const builder = createGraphBuilder("gradient");
  for (const [name, { dtype, shape }] of Object.entries(inputs))
    builder.input({ name, type: { kind: "tensor", dtype, shape } });
  const model = createModel({ graph: builder.finish([]), opsets: new Map([["onnx", 21]]), formatVersion: 10 });
  model.graph.edit("gradient", (edit) => {
    const make = nodeMaker(edit, "");
    edit.output(make.op("ReduceSum", [way(make, model.graph.inputs)]));
  });
  return model;
}
