/** The network of recipes/fraud.yaml: sixteen columns, standardised, → 128 → 64 → legitimate or fraud. */
import { generatedSets, type Sample } from "@pare/data";
import { createGraphBuilder, type Model } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { add, type Writer, weight } from "../quickstart/export.ts";
import { type Activation, chain, clip, dense } from "../quickstart/layers.ts";
import { learn, samplesOf } from "./learn.ts";
import { gemm, modelOf } from "./model.ts";

const columns = 16;
const layers = [
  { name: "fc1", from: columns, to: 128 },
  { name: "fc2", from: 128, to: 64 },
  { name: "head", from: 64, to: 2 },
] as const;

/** Mean and standard deviation of each column of training data. */
interface Moments {
  readonly mean: Float32Array;
  readonly std: Float32Array;
}

export async function trainFraud(): Promise<Model> {
  const data = (length: number) => generatedSets.fraud({ split: "train", length, seed: 1 });
  const moments = momentsOf((await samplesOf(data(4096), 0, 4096)).map(columnsOf));
  const parameters = await learn({
    build: (store) =>
      chain(layers.flatMap(({ name, from, to }, i) => [...(i === 0 ? [] : [clip()]), dense(name, from, to, store)])),
    input: (samples) => standardised(samples, moments),
    data,
    steps: 4000,
    learningRate: 0.004,
  });
  return exportFraud(new Map(parameters.map(({ name, value }) => [name, value])), moments);
}

const columnsOf = ({ fields }: Sample) => [...numbers(fields.get("x")!)];

function momentsOf(rows: readonly (readonly number[])[]): Moments {
  const mean = Float32Array.from(
    { length: columns },
    (_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length,
  );
  const std = mean.map((centre, c) =>
    Math.sqrt(rows.reduce((sum, row) => sum + (row[c]! - centre) ** 2, 0) / rows.length),
  );
  return { mean, std };
}

function standardised(samples: readonly Sample[], { mean, std }: Moments): Activation {
  const rows = samples.map((sample) => columnsOf(sample).map((value, c) => (value - mean[c]!) / std[c]!));
  return { data: Float32Array.from(rows.flat()), images: samples.length, height: 1, width: 1, channels: columns };
}

/** The columns' means and deviations are part of the model: whoever calls it gives the numbers as they are. */
function exportFraud(values: ReadonlyMap<string, Float32Array>, { mean, std }: Moments): Model {
  const graph = createGraphBuilder("fraud");
  const writer: Writer = { graph, values };
  const float = (shape: readonly (number | string)[]) => ({ kind: "tensor", dtype: "float32", shape }) as const;
  graph.input({ name: "x", type: float(["batch", columns]) });
  const centred = add(writer, "Sub", "/standardise/Sub", ["x", weight(writer, "mean", [columns], mean)]);
  let x = add(writer, "Div", "/standardise/Div", [centred, weight(writer, "std", [columns], std)]);
  for (const [i, { name, from, to }] of layers.entries()) {
    if (i > 0) x = add(writer, "Relu", `/relu${i}/Relu`, [x]);
    x = gemm(writer, name, [from, to], x);
  }
  graph.node({ domain: "onnx", type: "Identity", name: "/Identity", inputs: [x], outputs: ["logits"] });
  return modelOf(graph.finish([{ name: "logits", type: float(["batch", 2]) }]));
}
