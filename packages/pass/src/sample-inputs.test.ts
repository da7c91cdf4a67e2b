import { parseModel } from "@pare/ir";
import { numbers } from "@pare/tensor";
import { expect, it } from "vitest";
import { sampleCases } from "./sample-inputs.ts";

const text = `g (int64[batch,seq] ids, float[batch,4] x, bool[batch] m, float w = {2}) => (y, z) <float[50,4] table = random(1)> {
  c = Cast <to = 6> (ids) y = Gather (table, c) z = Where (m, x, x)
}`;

it("fills a symbol in alike, keeps indices inside the axis that they index, gives no initial values", () => {
  const cases = sampleCases(parseModel(text), 1, (symbol) => (symbol === "batch" ? 3 : 40))!;
  for (const { inputs } of cases) {
    expect([...inputs.keys()]).toEqual(["ids", "x", "m"]);
    expect(inputs.get("ids")!.shape).toEqual([3, 40]);
    expect(inputs.get("x")!.shape).toEqual([3, 4]);
    const ids = numbers(inputs.get("ids")!);
    expect(Math.max(...ids)).toBeLessThan(50);
    expect(Math.min(...ids)).toBeGreaterThanOrEqual(0);
  }
  expect(Math.max(...numbers(cases.at(-1)!.inputs.get("ids")!)), "not only 0 and 1").toBeGreaterThan(10);
});

it("gives the same for the same seed, and something else for each", () => {
  const drawn = (seed: number) =>
    sampleCases(parseModel(text), seed, () => 2)!.map(({ inputs }) => [...numbers(inputs.get("x")!)]);
  expect(drawn(5)).toEqual(drawn(5));
  const [zeros, extremes, first, second] = drawn(5);
  expect(zeros!.every((each) => each === 0)).toBe(true);
  expect(extremes).toEqual([4, -4, 4, -4, 4, -4, 4, -4]);
  expect(first).not.toEqual(second);
});

it("knows nothing to feed what is no tensor", () => {
  const model = parseModel("g (seq(float[N]) x) => (y) { y = SequenceLength (x) }");
  expect(sampleCases(model, 1, () => 1)).toBeUndefined();
});
