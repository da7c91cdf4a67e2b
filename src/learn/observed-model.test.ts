import { parseModel } from "@pare/ir";
import { expect, it } from "vitest";
import { planGroups, withOutputs } from "./observed-model.ts";

const chain = (size: string) =>
  parseModel(`main (float[N, ${size}] x) => (float[N, ${size}] z) { y = Neg (x) w = Abs (y) z = Neg (w) }`);

const one = (...shape: number[]) => [{ name: "x", dtype: "float32", shape: [1, ...shape] }];
const wanted = (...names: string[]) => names.map((value) => ({ value }));

it("adds outputs for what is computed inside, not for inputs and outputs, and leaves the model alone", () => {
  const model = chain("3");
  const copy = withOutputs(model, ["w", "x", "z", "y"]);
  expect(copy.graph.outputs.map(({ name }) => name)).toEqual(["z", "w", "y"]);
  expect(model.graph.outputs).toHaveLength(1);
});

it("refuses what the main graph does not compute", () => {
  expect(() => withOutputs(chain("3"), ["nothing"])).toThrow('LEARN_VALUE at value "nothing"');
});

it("observes small values together, 16 samples a run", () => {
  expect(planGroups(chain("3"), wanted("z", "y"), one(3))).toEqual([{ observations: wanted("y", "z"), batch: 16 }]);
});

it("takes fewer samples a run where values are large: 8 MB each, 16 MB a run", () => {
  expect(planGroups(chain("2, 1048576"), wanted("y"), one(2, 2 ** 20))[0]?.batch).toBe(2);
});

it("takes several rounds where one sample's values are too large together: 40 MB each", () => {
  const groups = planGroups(chain("10485760"), wanted("y", "w", "z"), one(10 * 2 ** 20));
  expect(groups).toEqual(["y", "w", "z"].map((value) => ({ observations: [{ value }], batch: 1 })));
});
