import { parseModel, printModel } from "@pare/ir";
import { numbers, tensorOf } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { integerOnly } from "../targets/integer-only.ts";
import { writePorts } from "./integer-ports.ts";
import { decodeOutputs, encodeInputs, portGrids, portGridsKey } from "./port-grids.ts";

/** An input in steps of 0.5 about code −10, an output in steps of 0.25 about 3. */
const quantized = `<ir_version: 8, opset_import: ["" : 13]>
main (float[N, 2] x) => (float[N, 2] y)
<float xs = {0.5}, int8 xz = {-10}, float ys = {0.25}, int8 yz = {3}>
{
  xq = QuantizeLinear (x, xs, xz)
  xd = DequantizeLinear (xq, xs, xz)
  r = Relu (xd)
  yq = QuantizeLinear (r, ys, yz)
  y = DequantizeLinear (yq, ys, yz)
}`;

describe("integer ports", () => {
  const model = parseModel(quantized);
  const notes = writePorts(model, integerOnly);

  it("are what Q and DQ stood between; the metadata says what they stand for", () => {
    expect(printModel(model)).toContain("main (int8[N,2] x) => (int8[N,2] y)");
    expect(JSON.parse(model.metadata.get(portGridsKey)!)).toEqual({
      x: { type: "int8", scale: 0.5, "zero-point": -10 },
      y: { type: "int8", scale: 0.25, "zero-point": 3 },
    });
    expect(notes).toMatchObject([{ kind: "changed", subjects: ["x", "y"] }]);
    expect(notes[0]!.text).toContain(portGridsKey);
  });

  it("take floats as codes, ties to even, ends of the range for what is beyond: 0.25 ÷ 0.5 → 0, 0.75 → 2", () => {
    const x = tensorOf("float32", [1, 4], [0.25, 0.75, 1000, -1000]);
    const coded = encodeInputs(new Map([["x", x]]), portGrids(model)).get("x")!;
    expect([coded.dtype, [...numbers(coded)]]).toEqual(["int8", [-10, -8, 127, -128]]);
    const given = new Map([["x", coded]]);
    expect(encodeInputs(given, portGrids(model)).get("x")).toBe(coded);
  });

  it("give the numbers that codes stand for: (7 − 3) · 0.25", () => {
    const outputs = new Map([["y", tensorOf("int8", [1, 2], [7, -128])]]);
    expect([...numbers(decodeOutputs(outputs, portGrids(model)).get("y")!)]).toEqual([1, -32.75]);
  });

  it.each([
    ["of a port that is float", quantized, '{"x":{"type":"int8","scale":0.5,"zero-point":-10}}'],
    ["that is no JSON", "main (int8[2] x) => (int8[2] y) { y = Identity (x) }", "{"],
    ["of another form", "main (int8[2] x) => (int8[2] y) { y = Identity (x) }", '{"x":{"scale":0}}'],
  ])("metadata %s says nothing", (_, text, metadata) => {
    const other = parseModel(text);
    other.update("metadata", { metadata: new Map([[portGridsKey, metadata]]) });
    expect(portGrids(other).size).toBe(0);
  });
});
