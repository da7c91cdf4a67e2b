import { seededRandom } from "@pare/pass";
import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "./support/check-gradients.ts";

const model = (inputs: string, outputs: string, node: string, opset = 21) =>
  `<ir_version: 10, opset_import: ["" : ${opset}, "com.microsoft" : 1]> main (${inputs}) => (${outputs}) { ${node} }`;

const x = "float[2, 3, 4]";

describe("over the last axes", () => {
  test.each([
    ["LayerNormalization", "float[4] s, float[4] b", "", 21],
    ["LayerNormalization", "float[4] s", "<axis = -1, epsilon = 0.1>", 21],
    ["LayerNormalization", "float[3, 4] s, float[3, 4] b", "<axis = 1>", 21],
    ["LayerNormalization", "float[2, 3, 4] s, float[2, 3, 4] b", "<axis = 0>", 21],
    ["LayerNormalization", "float[3, 4] s", "<axis = -2>", 21],
    ["RMSNormalization", "float[4] s", "", 23],
    ["RMSNormalization", "float[3, 4] s", "<axis = 1, epsilon = 0.1>", 23],
    ["SimplifiedLayerNormalization", "float[4] s", "<epsilon = 0.001>", 21],
  ] as const)("%s, %s %s", async (op, parameters, attrs, opset) => {
    const names = parameters.split(", float").map((text) => text.split(" ").at(-1));
    const node = `y = ${op} ${attrs} (x, ${names.join(", ")})`;
    await checkGradients({ text: model(`${x} x, ${parameters}`, `${x} y`, node, opset) });
  });

  test("a loss that depends on the statistics is refused", async () => {
    const text = model(`${x} x, float[4] s`, `${x} y, float[2, 3, 1] mean`, "y, mean = LayerNormalization (x, s)");
    await expect(checkGradients({ text })).rejects.toThrow("the loss depends on its statistics");
  });

  test("a row of equal elements: nothing is infinite", async () => {
    // x̂ = (x − mean)/√epsilon: every derivative of the sum of a row is 0.
    const text = model("float[2, 3] x, float[3] s", "float[2, 3] y", "y = LayerNormalization (x, s)");
    const gives = { x: [0, 0, 0, 0, 0, 0], s: [0, 0, 0] };
    await checkGradientsAt({ text, at: { x: [0, 0, 0, 7, 7, 7], s: [1, 1, 1] }, gives });
  });
});

describe("of sums", () => {
  const parameters = "float[4] gamma, float[4] beta, float[4] bias";
  test.each([x, "float[1, 3, 4]", "float[3, 4]"])("SkipLayerNormalization, skip of %s", async (skip) => {
    const node = "y = com.microsoft.SkipLayerNormalization <epsilon = 0.001> (x, skip, gamma, beta, bias)";
    await checkGradients({ text: model(`${x} x, ${skip} skip, ${parameters}`, `${x} y`, node) });
  });

  test("SkipLayerNormalization whose sum goes on, without bias", async () => {
    const node = "y, , , sum = com.microsoft.SkipLayerNormalization <epsilon = 0.001> (x, skip, gamma, beta)";
    const inputs = `${x} x, ${x} skip, float[4] gamma, float[4] beta`;
    await checkGradients({ text: model(inputs, `${x} y, ${x} sum`, node) });
    await checkGradients({ text: model(inputs, `${x} sum`, node), of: ["x", "skip"] });
  });

  test.each(["", ", bias"])("SkipSimplifiedLayerNormalization (x, skip, gamma%s)", async (bias) => {
    const node = `y, , , sum = com.microsoft.SkipSimplifiedLayerNormalization <epsilon = 0.001> (x, skip, gamma${bias})`;
    const inputs = `${x} x, ${x} skip, float[4] gamma${bias === "" ? "" : ", float[4] bias"}`;
    await checkGradients({ text: model(inputs, `${x} y, ${x} sum`, node) });
  });
});

describe("over positions and channels", () => {
  test.each(["float[2, 4, 5]", "float[2, 4, 3, 2]", "float[1, 4, 2, 2, 2]"])("of %s", async (type) => {
    const inputs = `${type} x, float[4] s, float[4] b`;
    await checkGradients({ text: model(inputs, `${type} y`, "y = InstanceNormalization <epsilon = 0.001> (x, s, b)") });
    for (const groups of [1, 2, 4])
      await checkGradients({
        text: model(inputs, `${type} y`, `y = GroupNormalization <num_groups = ${groups}> (x, s, b)`),
      });
  });

  test.each(["", "<axes = [0, 2, 3]>", "<axes = [1, -1]>", "<axes = [2]>"])(
    "MeanVarianceNormalization %s",
    async (attrs) => {
      const type = "float[2, 3, 4, 3]";
      await checkGradients({ text: model(`${type} x`, `${type} y`, `y = MeanVarianceNormalization ${attrs} (x)`) });
    },
  );

  test.each(["<size = 1>", "<size = 3>", "<size = 5, alpha = 0.5, beta = 0.6, bias = 2.0>"])(
    "LRN %s",
    async (attrs) => {
      await checkGradients({ text: model("float[2, 5, 3, 2] x", "float[2, 5, 3, 2] y", `y = LRN ${attrs} (x)`) });
    },
  );
});

test("random shapes and axes", async () => {
  const random = seededRandom(5);
  const below = (count: number) => Math.floor(random() * count);
  for (let trial = 0; trial < 6; trial++) {
    const shape = Array.from({ length: 1 + below(4) }, () => 2 + below(3));
    const axis = below(shape.length);
    const type = `float[${shape.join()}]`;
    const written = random() < 0.5 ? axis : axis - shape.length;
    const [op, opset] = [["LayerNormalization", 21] as const, ["RMSNormalization", 23] as const][below(2)]!;
    // A large epsilon: two elements alone have a curvature that differences cannot follow.
    const softmax = `p = Softmax <axis = ${below(shape.length)}> (x)`;
    const node = `${softmax} y = ${op} <axis = ${written}, epsilon = 0.1> (p, s)`;
    await checkGradients({
      text: model(`${type} x, float[${shape.slice(axis).join()}] s`, `${type} y`, node, opset),
      seed: trial,
      formulations: [trial % 2 === 0 ? "cpu" : "portable"],
    });
  }
});

describe("LpNormalization", () => {
  for (const p of [1, 2])
    test.each([0, 1, -1])(`p = ${p}, axis %d`, async (axis) => {
      const node = `y = LpNormalization <p = ${p}, axis = ${axis}> (x)`;
      await checkGradients({ text: model(`${x} x`, `${x} y`, node), draw: { x: (z) => z + Math.sign(z) * 0.5 } });
    });

  test.each([
    // y₀ + y₁ of (3, 1)/4 is 1 for all positive numbers.
    [1, [0, 0, 3, 1], [0, 0, 0, 0]],
    // y₀ + y₁ of (3, 4)/5: (1 − 7/5·x/5)/5.
    [2, [0, 0, 3, 4], [0, 0, 0.032, -0.024]],
  ])("p = %d: zeros stay, without slope", async (p, at, gradient) => {
    const text = model("float[2, 2] x", "float[2, 2] y", `y = LpNormalization <p = ${p}> (x)`);
    await checkGradientsAt({ text, at: { x: at }, gives: { x: gradient } });
  });
});
