import { type Dim, typeText, type ValueType } from "@pare/ir";
import { inferTypes, substituteDim, symbolsOf } from "@pare/ops";
import { describe, expect, it } from "vitest";
import { oneNode, theNode } from "../packages/ops/test/one-node.ts";
import { oneNodeCases } from "./fixtures/one-node-cases.ts";

/** Every size of every graph input as a symbol of its own: "float[2,3] x" becomes "float[x0,x1] x". */
function withSymbols(inputs: string): { text: string; sizes: Map<string, number> } {
  const sizes = new Map<string, number>();
  const text = inputs.replaceAll(/\[([\d,]+)\] (\w+)(?=,|$)/g, (_, dims: string, name: string) => {
    const symbols = dims.split(",").map((size, axis) => {
      sizes.set(`${name}${axis}`, Number(size));
      return `${name}${axis}`;
    });
    return `[${symbols.join(",")}] ${name}`;
  });
  return { text, sizes };
}

function outputTypes(inputs: string, node: string, opset: number | undefined): (ValueType | undefined)[] {
  const model = oneNode(inputs, node, opset);
  const inference = inferTypes(model);
  expect(inference.faults).toEqual([]);
  return theNode(model).outputs.map((output) => inference.type(output));
}

function isOpen(dim: Dim): boolean {
  return dim === undefined || [...symbolsOf(dim)].some((name) => name.startsWith("?"));
}

/** The symbolic type with numbers put in; a size that stays open takes the number that is expected. */
function filledIn(type: ValueType | undefined, sizes: ReadonlyMap<string, number>, expected: ValueType | undefined) {
  if (type?.kind !== "tensor" || expected?.kind !== "tensor") return type;
  const shape = type.shape?.map((dim, axis) => (isOpen(dim) ? expected.shape?.[axis] : substituteDim(dim, sizes)));
  return { ...type, shape: shape ?? expected.shape };
}

describe("sizes as symbols give what sizes as numbers give", () => {
  it.each(oneNodeCases)("$node | $inputs", ({ inputs, node, opset }) => {
    const { text, sizes } = withSymbols(inputs);
    const expected = outputTypes(inputs, node, opset);
    const symbolic = outputTypes(text, node, opset);
    const filled = symbolic.map((type, i) => typeText(filledIn(type, sizes, expected[i])));
    expect(filled).toEqual(expected.map(typeText));
  });
});
