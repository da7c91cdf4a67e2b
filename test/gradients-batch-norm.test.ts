import { describe, test } from "vitest";
import { checkGradients } from "./support/check-gradients.ts";

const model = (inputs: string, output: string, node: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (${output} y) { ${node} }`;

describe("batch norm", () => {
  const positive = (x: number) => 0.5 + Math.abs(x);
  test.each(["float[4, 3, 2, 2]", "float[6, 3]", "float[4, 3, 5]"])("frozen, of %s", async (x) => {
    const inputs = `${x} x, float[3] s, float[3] b, float[3] m, float[3] v`;
    const text = model(inputs, x, "y = BatchNormalization (x, s, b, m, v)");
    await checkGradients({ text, of: ["x", "s", "b"], draw: { v: positive } });
  });

  test.each([
    ["float[4, 3, 2, 2]", "0.0"],
    ["float[4, 3, 2, 2]", "0.9"],
    ["float[6, 3]", "0.0"],
  ])("in training, of %s, momentum %s", async (x, momentum) => {
    const inputs = `${x} x, float[3] s, float[3] b, float[3] m, float[3] v`;
    const text = model(
      inputs,
      x,
      `y, rm, rv = BatchNormalization <training_mode = 1, momentum = ${momentum}> (x, s, b, m, v)`,
    );
    await checkGradients({ text, of: ["x", "s", "b"], draw: { v: positive } });
  });
});
