import { parseModel, producerOf } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { expect, test } from "vitest";
import { nodeMaker } from "../gradient/node-maker.ts";
import { findLogits } from "./find-logits.ts";

/** What the loss compares, with its shape; of a reshaped value, what is reshaped. */
function found(body: string, loss: string, input = "float[2,3] x") {
  const model = parseModel(`<ir_version: 10, opset_import: ["" : 21]> g (${input}) => (float y) { ${body} }`);
  return model.graph.edit("test", (edit) => {
    const { value, shape } = findLogits(nodeMaker(edit, ""), inferTypes(model), model.graph.outputs[0]!, loss);
    const node = producerOf(value);
    return [node?.type === "Reshape" ? `Reshape(${node.inputs[0]!.name})` : value.name, shape];
  });
}

test("what goes into the loss's own last operator", () => {
  expect(found("z = Neg(x) y = Softmax(z)", "cross-entropy")).toEqual(["z", [2, 3]]);
  expect(found("z = Neg(x) y = LogSoftmax(z)", "cross-entropy")).toEqual(["z", [2, 3]]);
  expect(found("z = Neg(x) y = Sigmoid(z)", "binary-cross-entropy")).toEqual(["z", [2, 3]]);
});

test("the output itself where it ends otherwise", () => {
  expect(found("z = Neg(x) y = Sigmoid(z)", "cross-entropy")).toEqual(["y", [2, 3]]);
  expect(found("z = Neg(x) y = Softmax(z)", "mse")).toEqual(["y", [2, 3]]);
  expect(found("y = Neg(x)", "cross-entropy")).toEqual(["y", [2, 3]]);
});

test("through what only arranges, in the output's shape", () => {
  const body = "z = Neg(x) s = Softmax<axis = 1>(z) y = Flatten(s)";
  expect(found(body, "cross-entropy", "float[2,3,1,1] x")).toEqual(["Reshape(z)", [2, 3]]);
});
