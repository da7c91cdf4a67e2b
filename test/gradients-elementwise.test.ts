import { describe, test } from "vitest";
import { checkGradients } from "./support/check-gradients.ts";

const model = (inputs: string, output: string, node: string) =>
  `<ir_version: 10, opset_import: ["" : 21]> main (${inputs}) => (${output} y) { ${node} }`;

describe("arithmetic, with every way of broadcasting", () => {
  const shapes = [
    ["float[2, 3]", "float[2, 3]", "float[2, 3]"],
    ["float[2, 3]", "float[3]", "float[2, 3]"],
    ["float[2, 1, 3]", "float[4, 1]", "float[2, 4, 3]"],
    ["float", "float[2, 2]", "float[2, 2]"],
  ] as const;
  for (const op of ["Add", "Sub", "Mul"])
    test.each(shapes)(`${op} of %s and %s`, async (a, b, y) => {
      await checkGradients({ text: model(`${a} a, ${b} b`, y, `y = ${op} (a, b)`) });
    });
});
