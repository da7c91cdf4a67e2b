import { parseModel, type Value } from "@pare/ir";
import { type ConvShapes, type FixedWindow, type WeightGradient, weightGradients } from "@pare/ops";
import { seededRandom } from "@pare/pass";
import { arrayOf, evaluate } from "@pare/reference";
import { elementCount } from "@pare/tensor";
import { nodeMaker } from "@pare/train";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt, relativeError } from "../support/check-gradients.ts";

type Sizes = readonly number[];

/** Choices from a seed. */
function chooser(seed: number) {
  const random = seededRandom(seed);
  const below = (count: number) => Math.floor(random() * count);
  return {
    below,
    from: (least: number, most: number) => least + below(most - least + 1),
    one: <T>(choices: readonly T[]): T => choices[below(choices.length)]!,
  };
}

type Chooser = ReturnType<typeof chooser>;

interface Layer {
  readonly node: string;
  /** With the parameters' types. */
  readonly inputs: readonly string[];
}

const floats = (shape: Sizes, name: string) => `float[${shape.join()}] ${name}`;
const list = (name: string, values: Sizes) => `${name} = [${values.join()}]`;

function network(data: Sizes, { node, inputs }: Layer): string {
  return `<ir_version: 10, opset_import: ["" : 21]> main (${[floats(data, "x"), ...inputs].join()}) => (y) { ${node} }`;
}

/** Padding that leaves at least one window. */
function padding(choose: Chooser, sizes: Sizes, reach: Sizes, isDense: boolean): string {
  const fits = sizes.every((size, i) => size >= reach[i]!);
  // ONNX Runtime has no dilation with SAME.
  const same = isDense ? ["SAME_UPPER", "SAME_LOWER"] : [];
  const kind = choose.one(["pads", "pads", ...same, ...(fits ? ["VALID", ""] : [])]);
  if (kind === "") return "";
  if (kind !== "pads") return `, auto_pad = "${kind}"`;
  const begin = reach.map((size) => choose.below(size + 1));
  const end = reach.map((size, i) => Math.max(choose.below(size + 1), size - sizes[i]! - begin[i]!));
  return `, ${list("pads", [...begin, ...end])}`;
}

function convLayer(choose: Chooser, [, channels, ...sizes]: Sizes): Layer {
  const group = choose.one([1, 1, 2, channels!]);
  const outputs = group * choose.from(1, 2);
  const kernel = sizes.map(() => choose.from(1, 3));
  const strides = choose.one([sizes.map(() => 1), sizes.map(() => choose.from(1, 3))]);
  const isDense = choose.one([true, false]);
  const dilations = sizes.map(() => (isDense ? 1 : choose.from(1, 2)));
  const reach = kernel.map((size, axis) => dilations[axis]! * (size - 1) + 1);
  const attrs = `${list("dilations", dilations)}, ${list("strides", strides)}, group = ${group}`;
  return {
    node: `y = Conv <${attrs}${padding(choose, sizes, reach, isDense)}> (x, w, b)`,
    inputs: [floats([outputs, channels! / group, ...kernel], "w"), floats([outputs], "b")],
  };
}

function transposedLayer(choose: Chooser, [, channels, ...sizes]: Sizes): Layer {
  const group = choose.one([1, 1, 2, channels!]);
  const outputs = choose.from(1, 2);
  const kernel = sizes.map(() => choose.from(1, 3));
  const strides = sizes.map(() => choose.one([1, 2, 3]));
  const dilations = sizes.map(() => choose.from(1, 2));
  const reach = kernel.map((size, axis) => dilations[axis]! * (size - 1) + 1);
  const isPadded = choose.one([true, false]);
  const beyond = strides.map((stride) => (isPadded ? choose.below(stride) : 0));
  const natural = sizes.map((size, axis) => (size - 1) * strides[axis]! + reach[axis]! + beyond[axis]!);
  const cut = natural.map((size) => choose.below(Math.min(3, size)));
  const begin = cut.map((both) => choose.below(both + 1));
  const isWhole = reach.every((size, axis) => size >= strides[axis]!) && beyond.every((size) => size === 0);
  const where = choose.one([
    list("pads", [...begin, ...cut.map((both, axis) => both - begin[axis]!)]),
    list(
      "output_shape",
      // Smaller than the input is illegal.
      natural.map((size, axis) => Math.max(sizes[axis]!, size - cut[axis]!)),
    ),
    'auto_pad = "VALID"',
    // What SAME gives is in dispute where windows do not meet, and with output_padding.
    ...(isWhole ? ['auto_pad = "SAME_UPPER"', 'auto_pad = "SAME_LOWER"'] : []),
  ]);
  const attrs = [list("strides", strides), list("dilations", dilations), list("output_padding", beyond), where];
  return {
    node: `y = ConvTranspose <${attrs.join()}, group = ${group}> (x, w, b)`,
    inputs: [floats([channels!, outputs, ...kernel], "w"), floats([outputs * group], "b")],
  };
}

const shapes: readonly Sizes[] = [
  [2, 2, 7],
  [2, 4, 4, 3],
  [1, 2, 3, 6],
  [1, 2, 2, 3, 3],
];

describe("random windows", () => {
  for (const [name, layerOf] of Object.entries({ Conv: convLayer, ConvTranspose: transposedLayer }))
    test.each(shapes.map((shape, seed) => [`[${shape.join()}]`, shape, seed] as const))(
      `${name} of %s`,
      async (_, shape, seed) => {
        const choose = chooser(seed + 1);
        for (let trial = 0; trial < 6; trial++) {
          const layer = layerOf(choose, shape);
          await checkGradients({ text: network(shape, layer), seed: trial });
        }
      },
    );
});

describe("every form of the weight gradient gives the same", () => {
  const cases = [
    { data: [2, 3, 5, 4], weight: [4, 3, 3, 2], strides: [1, 1], dilations: [1, 1], pads: [1, 0, 1, 2] },
    { data: [1, 2, 6, 7], weight: [3, 2, 2, 3], strides: [1, 1], dilations: [2, 1], pads: [0, 1, 2, 0] },
    { data: [2, 2, 7, 5], weight: [2, 2, 3, 3], strides: [2, 3], dilations: [1, 1], pads: [1, 1, 1, 1] },
    { data: [1, 2, 8, 6], weight: [3, 2, 2, 2], strides: [3, 2], dilations: [2, 3], pads: [1, 0, 0, 1] },
    { data: [2, 3, 4, 4], weight: [2, 3, 1, 1], strides: [2, 2], dilations: [1, 1], pads: [0, 0, 0, 0] },
    { data: [2, 3, 5, 4], weight: [3, 1, 3, 2], strides: [1, 2], dilations: [1, 1], pads: [1, 0, 1, 2], group: 3 },
  ];
  test.each(cases)("$data, $weight, strides $strides, dilations $dilations", async (convolution) => {
    const { data, weight, strides, dilations, pads, group = 1 } = convolution;
    const kernel = weight.slice(2);
    const windows = kernel.map((size, i) => {
      const room = data[i + 2]! + pads[i]! + pads[i + 2]! - dilations[i]! * (size - 1) - 1;
      return Math.floor(room / strides[i]!) + 1;
    });
    const shapes = { data, weight, output: [data[0]!, weight[0]!, ...windows] };
    const window = { kernel, strides, dilations, group, padsBegin: pads.slice(0, 2), padsEnd: pads.slice(2) };
    const isDense = strides.every((stride) => stride === 1);
    const { asConvolution, depthwise, shiftBoth, ...others } = weightGradients;
    const fitting = group > 1 ? { depthwise } : { ...others, ...(isDense && { shiftBoth }) };
    const expected = evaluated(asConvolution!, shapes, window);
    for (const [name, form] of Object.entries(fitting))
      expect(relativeError(evaluated(form!, shapes, window), expected), name).toBeLessThan(1e-12);
  });
});

function evaluated(form: WeightGradient, shapes: ConvShapes, window: FixedWindow): Float64Array {
  const model = parseModel(
    `<ir_version: 10, opset_import: ["" : 21]> main (${floats(shapes.data, "x")}, ${floats(shapes.output, "dy")}) => () {}`,
  );
  const name = model.graph.edit("gradient", (edit) => {
    const [data, gradient] = model.graph.inputs as readonly [Value, Value];
    return form(nodeMaker(edit, ""), { data, gradient, shapes, window }).name;
  });
  const random = seededRandom(1);
  const drawn = (shape: Sizes) =>
    arrayOf(
      shape,
      Array.from({ length: elementCount(shape) }, () => random() - 0.5),
    );
  const values = evaluate(
    model,
    new Map([
      ["x", drawn(shapes.data)],
      ["dy", drawn(shapes.output)],
    ]),
  );
  expect(values.get(name)!.shape).toEqual(shapes.weight);
  return values.get(name)!.data;
}

test("only what is asked for is made", async () => {
  const layer = { node: "y = Conv (x, w)", inputs: [floats([2, 2, 2, 2], "w")] };
  for (const of of [["x"], ["w"]]) await checkGradients({ text: network([1, 2, 3, 3], layer), of });
});

test("by hand", async () => {
  const text = network([1, 1, 4], { node: "y = Conv <pads = [1, 0]> (x, w)", inputs: [floats([1, 1, 2], "w")] });
  // Windows are (0, x₀), (x₀, x₁), (x₁, x₂), (x₂, x₃).
  await checkGradientsAt({
    text,
    at: { x: [1, 2, 3, 4], w: [10, 100] },
    gives: { x: [110, 110, 110, 100], w: [6, 10] },
  });
  await expect(checkGradients({ text: text.replaceAll("Conv ", "DeformConv ") })).rejects.toThrow("DeformConv");
});
