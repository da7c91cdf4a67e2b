import { attr, type Model } from "@pare/ir";
import { tensorOf } from "@pare/tensor";
import { NetworkWriter } from "./writer.ts";

/**
 * The network of recipes/vision.yaml, untrained: 3×32×32 → 16×16×16 → residual block → 32×8×8 → residual block → two
 * depthwise-separable blocks with Relu6 → 96 → 10 classes. An old opset, shapes computed at run time.
 */
export function quickstartNetwork(seed: number): Model {
  const writer = new NetworkWriter("quickstart", seed);
  const kernel = [3, 3];
  const conv = (name: string, [from, to]: readonly [number, number], pads: readonly [number, number], x: string) =>
    writer.op("Relu", `/${name}/Relu`, [writer.convNorm(name, { from, to, kernel, stride: 2, pads }, x)]);
  let x = conv("stem", [3, 16], [1, 1], writer.input("image", "float32", ["batch", 3, 32, 32]));
  x = residual(writer, "block1", 16, x);
  x = conv("down", [16, 32], [0, 1], x);
  x = residual(writer, "block2", 32, x);
  x = separable(writer, "block3", [32, 64], x);
  x = separable(writer, "block4", [64, 96], x);
  return writer.finish(head(writer, [96, 10], x), 10, { opset: 13, formatVersion: 7 });
}

/** Relu(x + two 3×3 convolutions of x). */
function residual(writer: NetworkWriter, name: string, channels: number, x: string): string {
  const same = { from: channels, to: channels, kernel: [3, 3], pads: [1, 1] } as const;
  const inner = writer.op("Relu", `/${name}/Relu`, [writer.convNorm(`${name}.conv1`, same, x)]);
  const branch = writer.convNorm(`${name}.conv2`, same, inner);
  return writer.op("Relu", `/${name}/Relu_1`, [writer.op("Add", `/${name}/Add`, [x, branch])]);
}

/** A 3×3 depthwise and a 1×1 convolution. */
function separable(writer: NetworkWriter, name: string, [from, to]: readonly [number, number], x: string): string {
  const depthwise = { from, to: from, kernel: [3, 3], pads: [1, 1], group: from } as const;
  const deep = relu6(writer, `/${name}/dw`, writer.convNorm(`${name}.dw`, depthwise, x));
  return relu6(writer, `/${name}/pw`, writer.convNorm(`${name}.pw`, { from, to, kernel: [1, 1] }, deep));
}

function relu6(writer: NetworkWriter, place: string, x: string): string {
  const bounds = [0, 6].map((bound, i) =>
    writer.constant(`${place}/Clip/${i === 0 ? "min" : "max"}`, tensorOf("float32", [], [bound])),
  );
  return writer.op("Clip", `${place}/Clip`, [x, ...bounds]);
}

function head(writer: NetworkWriter, [features, classes]: readonly [number, number], x: string): string {
  const pooled = writer.op("GlobalAveragePool", "/pool/GlobalAveragePool", [x]);
  const ratio = writer.constant("/dropout/Constant", tensorOf("float32", [], [0.1]));
  const training = writer.constant("/dropout/Constant_1", tensorOf("bool", [], [0]));
  const kept = writer.op("Dropout", "/dropout/Dropout", [flatten(writer, pooled), ratio, training]);
  const matrix = writer.drawn("head.weight", [features, classes], features);
  const product = writer.op("MatMul", "/head/MatMul", [kept, matrix]);
  return writer.op("Add", "/head/Add", [product, writer.drawn("head.bias", [classes], features)]);
}

/** x.reshape(x.shape[0], -1), step by step. */
function flatten(writer: NetworkWriter, x: string): string {
  const shape = writer.op("Shape", "/flatten/Shape", [x]);
  const first = writer.constant("/flatten/Constant", tensorOf("int64", [], [0]));
  const batch = writer.op("Gather", "/flatten/Gather", [shape, first], { axis: attr.int(0) });
  const axes = writer.constant("/flatten/Constant_1", tensorOf("int64", [1], [0]));
  const batchAxis = writer.op("Unsqueeze", "/flatten/Unsqueeze", [batch, axes]);
  const rest = writer.constant("/flatten/Constant_2", tensorOf("int64", [1], [-1]));
  const target = writer.op("Concat", "/flatten/Concat", [batchAxis, rest], { axis: attr.int(0) });
  return writer.op("Reshape", "/flatten/Reshape", [x, target]);
}
