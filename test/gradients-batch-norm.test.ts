import { describe, test } from "vitest";
import { checkGradients, checkGradientsAt } from "./support/check-gradients.ts";

const model = (x: readonly number[], attrs: string, outputs = "y") => {
  const parameters = ["s", "b", "m", "v"].map((name) => `float[${x[1]}] ${name}`);
  return `<ir_version: 10, opset_import: ["" : 21]> main (${[`float[${x.join()}] x`, ...parameters].join()}) => (y)
    { ${outputs} = BatchNormalization <${attrs}> (x, s, b, m, v) }`;
};

describe("frozen statistics", () => {
  test("by hand: ∂x = γ·s, ∂γ = Σ x̂, ∂β = the number of elements", async () => {
    await checkGradientsAt({
      text: model([2, 1, 2], "epsilon = 0.0"),
      at: { x: [1, 3, 5, 9], s: [6], b: [0], m: [1], v: [4] },
      // s = 1/2; x̂ = 0, 1, 2, 4.
      gives: { x: [3, 3, 3, 3], s: [7], b: [4] },
    });
  });

  test.each([[[4, 3, 2, 2]], [[6, 3]], [[4, 3, 5]]])("of %s", async (x) => {
    const draw = { v: (_: number, u: number) => 0.5 + u };
    await checkGradients({ text: model(x, "epsilon = 0.01"), of: ["x", "s", "b"], draw });
  });

  test.each([["x"], ["s"], ["b"]])("%s alone", async (of) => {
    const draw = { v: (_: number, u: number) => 0.5 + u };
    await checkGradients({ text: model([3, 2, 2, 3], "epsilon = 0.01"), of: [of], draw });
  });
});

describe("the batch's statistics", () => {
  test.each([
    ["0.0", [4, 3, 2, 2]],
    ["0.9", [4, 3, 2, 2]],
    ["0.0", [6, 3]],
  ])("momentum %s, of %s", async (momentum, x) => {
    const text = model(x, `training_mode = 1, momentum = ${momentum}`, "y, rm, rv");
    await checkGradients({ text, of: ["x", "s", "b"] });
  });

  test.each(["0.0", "0.9"])("momentum %s, a mean far from zero", async (momentum) => {
    const draw = { x: (normal: number) => 20 + normal };
    const text = model([4, 2, 3, 3], `training_mode = 1, momentum = ${momentum}`, "y, rm, rv");
    await checkGradients({ text, of: ["x", "s", "b"], draw });
  });

  test("by hand: shifts of the whole batch change nothing", async () => {
    await checkGradientsAt({
      text: model([4, 1], "training_mode = 1, epsilon = 0.0", "y, rm, rv"),
      at: { x: [1, 1, 3, 3], s: [6], b: [0], m: [0], v: [0] },
      gives: { x: [0, 0, 0, 0], s: [0], b: [4] },
    });
  });
});
