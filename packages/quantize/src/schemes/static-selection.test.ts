import { parseModel } from "@pare/ir";
import { selector, type Tools } from "@pare/pass";
import { expect, it } from "vitest";
import { cpuX64Vnni } from "../targets/cpu.ts";
import { placeStatic } from "./static.ts";

function decisionsOf(selection: Parameters<typeof selector>[0]) {
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 17]>
    main (float[1,16,8,8] x) => (float[] y) <float[16,16,3,3] w = random(1), float[16,16,3,3] v = random(2)> {
      a = Conv (x, w) b = Relu (a) c = Conv (b, v) y = Relu (c) }`);
  const tools = { selects: selector(selection) } as Tools;
  const { decisions } = placeStatic(model, cpuX64Vnni, {}, tools).placement;
  return [...decisions].map(([{ outputs }, { kind, reason }]) => [
    outputs[0]!.name,
    kind === "float" ? reason : "integer",
  ]);
}

it("a Relu goes with the node that it is taken into", () => {
  const integer = ["a", "b"].map((name) => [name, "integer"]);
  const others = [
    ["c", "not selected"],
    ["y", "not selected"],
  ];
  expect(decisionsOf({ only: ["a"] })).toEqual([...integer, ...others]);
  expect(decisionsOf({ except: ["c", "y"] })).toEqual([...integer, ...others]);
});
