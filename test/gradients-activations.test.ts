import { describe, expect, test } from "vitest";
import { checkGradients, checkGradientsAt } from "./support/check-gradients.ts";

const model = (node: string, opset = 21, size = 8) =>
  `<ir_version: 10, opset_import: ["" : ${opset}, "com.microsoft" : 1]>
    main (float[${size}] x) => (float[${size}] y) { ${node} }`;

/** Each element with another draw, all in the domain and away from kinks. */
const domains: Readonly<Record<string, (normal: number, uniform: number) => number>> = {
  positive: (normal) => Math.abs(normal) + 0.2,
  "inside ±1": (_, uniform) => 1.6 * uniform - 0.8,
  "above 1": (normal) => Math.abs(normal) + 1.2,
  "away from 0": (normal) => normal + 0.3 * Math.sign(normal),
  all: (normal) => 2 * normal,
};

describe("functions of one element", () => {
  test.each([
    ...["Neg", "Exp", "Erf", "Sin", "Cos", "Atan", "Sinh", "Cosh", "Tanh", "Asinh"].map((op) => [op, "all"] as const),
    ...["Log", "Sqrt"].map((op) => [op, "positive"] as const),
    ...["Asin", "Acos", "Atanh", "Tan"].map((op) => [op, "inside ±1"] as const),
    ["Acosh", "above 1"],
    ["Reciprocal", "away from 0"],
    ["Abs", "away from 0"],
  ] as const)("%s, x %s", async (op, domain) => {
    await checkGradients({ text: model(`y = ${op} (x)`), draw: { x: domains[domain]! } });
  });

  test.each([
    ["Relu", 21],
    ["LeakyRelu", 21],
    ["LeakyRelu <alpha = 0.3>", 21],
    ["LeakyRelu <alpha = 0.0>", 21],
    ["Elu", 21],
    ["Elu <alpha = 0.5>", 22],
    ["Elu <alpha = -0.5>", 21],
    ["Selu", 21],
    ["Selu <alpha = 1.5, gamma = 2.0>", 21],
    ["Celu", 21],
    ["Celu <alpha = 2.0>", 21],
    ["Sigmoid", 21],
    ["HardSigmoid", 21],
    ["HardSigmoid <alpha = 0.5, beta = 0.25>", 21],
    ["HardSwish", 21],
    ["Swish", 24],
    ["Swish <alpha = 1.7>", 24],
    ["Gelu", 21],
    [`Gelu <approximate = "tanh">`, 21],
    ["Softplus", 21],
    ["Softsign", 21],
    ["Mish", 21],
    ["ThresholdedRelu", 21],
    ["ThresholdedRelu <alpha = -0.4>", 21],
    ["Shrink <lambd = 0.75, bias = 0.25>", 21],
    ["com.microsoft.Gelu", 21],
    ["com.microsoft.FastGelu", 21],
    ["com.microsoft.QuickGelu", 21],
    ["com.microsoft.QuickGelu <alpha = 1.0>", 21],
  ] as const)("%s of opset %d", async (op, opset) => {
    await checkGradients({ text: model(`y = ${op} (x)`, opset, 20), draw: { x: (x) => 2 * x } });
  });

  test.each(["BiasGelu", "FastGelu"])("%s with a bias along the last axis", async (op) => {
    const text = `<ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1]>
      main (float[2, 3, 4] x, float[4] bias) => (float[2, 3, 4] y) { y = com.microsoft.${op} (x, bias) }`;
    await checkGradients({ text });
  });
});

describe("at kinks", () => {
  const alpha = Math.fround(0.3);
  test.each([
    ["Relu", [-1, 0, 2], [0, 0, 1]],
    ["Abs", [-1, 0, 2], [-1, 0, 1]],
    ["LeakyRelu <alpha = 0.3>", [-1, 0, 2], [alpha, alpha, 1]],
    ["Elu <alpha = 0.5>", [-100, 0, 2], [0, 0.5, 1]],
    ["Selu", [-100, 0, 2], [0, 1.0507010221481323 * 1.6732631921768188, 1.0507010221481323]],
    ["ThresholdedRelu <alpha = 0.3>", [0, alpha, 2], [0, 0, 1]],
    ["HardSigmoid <alpha = 0.25, beta = 0.5>", [-2, 0, 2], [0, 0.25, 0]],
    ["HardSwish", [-3, 0, 3], [0, 0.5, 1]],
    ["Shrink", [-0.5, 0, 1], [0, 0, 1]],
  ])("%s at %j: %j", async (op, x, gradient) => {
    await checkGradientsAt({ text: model(`y = ${op} (x)`, 21, 3), at: { x }, gives: { x: gradient } });
  });

  test("infinitely steep roots are finite, and 0 where nothing depends on them", async () => {
    const text = model("root = Sqrt (x) none = Sub (root, root) y = Mul (none, none)", 21, 2);
    await checkGradientsAt({ text, at: { x: [0, 4] }, gives: { x: [0, 0] } });
    for (const node of ["root = Asin (x)", "root = Acos (x)", "root = Acosh (x)"])
      await checkGradientsAt({
        text: model(`${node} none = Sub (root, root) y = Mul (none, none)`, 21, 1),
        at: { x: [1] },
        gives: { x: [0] },
      });
  });
});

describe("far out, nothing overflows", () => {
  test.each([
    ["Softplus", [0, 0.5, 1]],
    ["Sigmoid", [0, 0.25, 0]],
    ["Tanh", [0, 1, 0]],
    ["Erf", [0, 2 / Math.sqrt(Math.PI), 0]],
    ["Gelu", [0, 0.5, 1]],
    [`Gelu <approximate = "tanh">`, [0, 0.5, 1]],
    ["Mish", [0, 0.6, 1]],
    ["Softsign", [1 / 10001 ** 2, 1, 1 / 10001 ** 2]],
    ["HardSwish", [0, 0.5, 1]],
    ["Elu", [0, 1, 1]],
    ["Celu <alpha = 2.0>", [0, 1, 1]],
    ["Relu", [0, 0, 1]],
  ])("%s at −10⁴, 0 and 10⁴: %j", async (op, gradient) => {
    await checkGradientsAt({
      text: model(`y = ${op} (x)`, 21, 3),
      at: { x: [-1e4, 0, 1e4] },
      gives: { x: gradient },
    });
  });

  test("Relu at the largest float", async () => {
    await checkGradientsAt({
      text: model("y = Relu (x)", 21, 3),
      at: { x: [-3e38, 1e-20, 3e38] },
      gives: { x: [0, 1, 1] },
    });
  });
});

describe("without slope", () => {
  test.each(["Sign", "Floor", "Ceil", "Round"])("%s: nothing flows", async (op) => {
    const text = model(`step = ${op} (x) y = Mul (step, x)`, 21, 3);
    // The only gradient is that of the factor.
    const steps = { Sign: [-1, 1, 1], Floor: [-2, 0, 2], Ceil: [-1, 1, 3], Round: [-1, 0, 3] }[op]!;
    await checkGradientsAt({ text, at: { x: [-1.25, 0.25, 2.75] }, gives: { x: steps } });
  });

  test("a loss behind a comparison depends on nothing", async () => {
    const text = model("above = Greater (x, x) y = Cast <to = 1> (above)", 21, 3);
    await expect(checkGradients({ text })).rejects.toThrow("no gradient at all");
  });
});
