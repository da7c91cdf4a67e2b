import { expect, it } from "vitest";
import { linksOf, macsOf, typesOf } from "../../test/one-node.ts";

it.each([
  [
    "float[T,B,3] x, float[1,16,3] w, float[1,16,4] r",
    "y, h, c = LSTM <hidden_size = 4> (x, w, r)",
    "float[T,1,B,4], float[1,B,4], float[1,B,4]",
  ],
  [
    "float[T,B,3] x, float[2,16,3] w, float[2,16,4] r",
    'y = LSTM <hidden_size = 4, direction = "bidirectional"> (x, w, r)',
    "float[T,2,B,4]",
  ],
  [
    "float[B,T,3] x, float[1,12,3] w, float[1,12,4] r",
    "y, h = GRU <layout = 1> (x, w, r)",
    "float[B,T,1,4], float[B,1,4]",
  ],
  [
    "float[T,B,3] x, float[1,4,3] w, float[] r",
    'y, h = RNN <hidden_size = 4, direction = "reverse"> (x, w, r)',
    "float[T,1,B,4], float[1,B,4]",
  ],
  [
    "float[5,2,3] x, int8[1,3,16] w, int8[1,4,16] r",
    "y = com.microsoft.DynamicQuantizeLSTM <hidden_size = 4> (x, w, r)",
    "float[5,1,2,4]",
  ],
])("%s | %s", (inputs, node, expected) => {
  expect(typesOf(inputs, node)).toBe(expected);
});

it("counts gates·H·(I + H) for each step, sample and direction", () => {
  const inputs = "float[5,2,3] x, float[2,16,3] w, float[2,16,4] r";
  expect(macsOf(inputs, 'y = LSTM <direction = "bidirectional"> (x, w, r)')).toBe(4 * 4 * (3 + 4) * 5 * 2 * 2);
  expect(macsOf("float[5,2,3] x, float[1,12,3] w, float[1,12,4] r", "y = GRU (x, w, r)")).toBe(3 * 4 * 7 * 10);
});

it("keeps the batch only", () => {
  const inputs = "float[5,2,3] x, float[1,16,3] w, float[1,16,4] r";
  const kept = (node: string) => linksOf(inputs, node).filter((link) => link.includes("keeps"));
  expect(kept("y = LSTM (x, w, r)")).toEqual(["0.1 keeps →0.2"]);
  expect(kept("y = LSTM <layout = 1> (x, w, r)")).toEqual(["0.0 keeps →0.0"]);
});
