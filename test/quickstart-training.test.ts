import { type RandomStream, randomStream } from "@pare/data";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { float32s, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { conv, depthwise } from "../scripts/quickstart/convolution.ts";
import { exportModel } from "../scripts/quickstart/export.ts";
import {
  type Activation,
  batchNorm,
  clip,
  dense,
  globalAveragePool,
  type Layer,
  residual,
} from "../scripts/quickstart/layers.ts";
import { multiplyAdd } from "../scripts/quickstart/matmul.ts";
import { buildNetwork } from "../scripts/quickstart/network.ts";
import { type ParameterStore, parameterStore, storeLength } from "../scripts/quickstart/parameters.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

function randomArray(random: RandomStream, length: number, most = 1): Float32Array {
  return Float32Array.from({ length }, () => random.between(-most, most));
}

describe("multiplyAdd", () => {
  it("adds a product, with the first matrix as it is or read transposed", () => {
    const random = randomStream(1, 1, 1);
    const [rows, columns, inner] = [8, 4, 3];
    const [a, b] = [randomArray(random, rows * inner), randomArray(random, inner * columns)];
    const turned = Float32Array.from(a, (_, i) => a[(i % rows) * inner + Math.floor(i / rows)]!);
    const plain = Float32Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      let sum = 0;
      for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[k * columns + column]!;
      return Math.fround(Math.fround(1) + sum);
    });
    for (const [matrix, steps] of [
      [a, [inner, 1]],
      [turned, [1, rows]],
    ] as const) {
      const c = new Float32Array(rows * columns).fill(1);
      multiplyAdd(matrix, steps, b, c, [rows, columns, inner]);
      expect([...c]).toEqual([...plain]);
    }
  });
});

/** Each layer with a shape that it takes: images, height, width, channels. */
const layers: readonly [string, (store: ParameterStore) => Layer, readonly [number, number, number, number]][] = [
  ["conv, stride 1", (store) => conv("l", { from: 3, to: 4, kernel: 3, stride: 1, pads: [1, 1] }, store), [2, 4, 4, 3]],
  ["conv, stride 2", (store) => conv("l", { from: 4, to: 8, kernel: 3, stride: 2, pads: [0, 1] }, store), [2, 4, 4, 4]],
  ["conv 1×1", (store) => conv("l", { from: 4, to: 4, kernel: 1, stride: 1, pads: [0, 0] }, store), [1, 2, 2, 4]],
  ["depthwise", (store) => depthwise("l", 3, store), [2, 3, 4, 3]],
  ["batchNorm", (store) => batchNorm("l", 3, store), [3, 2, 2, 3]],
  ["clip", () => clip(0.7), [1, 3, 3, 2]],
  ["globalAveragePool", () => globalAveragePool(), [2, 2, 3, 4]],
  ["dense", (store) => dense("l", 6, 3, store), [4, 1, 1, 6]],
  ["residual", (store) => residual(depthwise("l", 2, store)), [1, 3, 3, 2]],
];

describe("gradients agree with finite differences", () => {
  it.each(layers)("%s", (_, build, [images, height, width, channels]) => {
    const random = randomStream(2, 2, 2);
    const store = parameterStore(new Float32Array(storeLength), new Float32Array(storeLength), true);
    const layer = build(store);
    const x: Activation = {
      data: randomArray(random, images * height * width * channels),
      images,
      height,
      width,
      channels,
    };
    const out = layer.forward(x, "train");
    const weights = randomArray(random, out.data.length);
    const loss = () => layer.forward(x, "train").data.reduce((sum, value, i) => sum + value * weights[i]!, 0);
    const gradient = layer.backward({ ...out, data: weights });
    const trained = store.all.filter(({ kind }) => kind === "weight");
    for (const [values, found] of [
      [x.data, gradient.data],
      ...trained.map(({ value, update }) => [value, update.slice()] as const),
    ] as const)
      for (let i = 0; i < values.length; i++) expect(found[i]).toBeCloseTo(slope(loss, values, i), 2);
  });
});

function slope(loss: () => number, values: Float32Array, i: number): number {
  const [before, step] = [values[i]!, 1e-3];
  values[i] = before + step;
  const above = loss();
  values[i] = before - step;
  const below = loss();
  values[i] = before;
  return (above - below) / (2 * step);
}

describe("exportModel", () => {
  it("computes in ONNX Runtime what the training script computes", async () => {
    const random = randomStream(3, 3, 3);
    const store = parameterStore(new Float32Array(storeLength), new Float32Array(storeLength), true);
    const network = buildNetwork(store, random);
    // Batch norms as after training: no two channels alike.
    for (const { name, value } of store.all)
      if (name.includes(".bn.")) for (let i = 0; i < value.length; i++) value[i] = random.between(0.5, 1.5);
    const [images, channels, side] = [3, 3, 32];
    const data = randomArray(random, images * side * side * channels, 2);
    const expected = network.forward({ data, images, height: side, width: side, channels }, "infer");
    const planar = Float32Array.from(data, (_, i) => {
      const [image, channel, pixel] = [Math.floor(i / 3072), Math.floor(i / 1024) % 3, i % 1024];
      return data[(image * 1024 + pixel) * 3 + channel]!;
    });
    const session = await engine.open(exportModel(store.all));
    const outputs = await session.run(new Map([["image", tensorOf("float32", [3, 3, 32, 32], planar)]]));
    const logits = float32s(outputs.get("logits")!);
    const largest = Math.max(...expected.data.map(Math.abs));
    for (const [i, logit] of logits.entries()) expect(Math.abs(logit - expected.data[i]!)).toBeLessThan(1e-4 * largest);
  });
});
