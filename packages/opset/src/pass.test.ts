import { printModel } from "@pare/ir";
import { runPass } from "@pare/pass";
import { expect, it } from "vitest";
import { modelAt } from "../test/cases/index.ts";
import { upgrade } from "./pass.ts";

const tools = {
  run: () => Promise.reject(new Error("it runs nothing")),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 0,
  selects: () => true,
};

it("raises to 21 unless told otherwise, under one label", async () => {
  const model = modelAt(11, "g (float[1, 2] x) => (y) { y = Squeeze <axes = [0]> (x) }");
  const run = await runPass(model, upgrade, {}, tools);
  expect(run.edits).toEqual(["opset/upgrade"]);
  expect(model.opsets.get("onnx")).toBe(21);
  await runPass(model, upgrade, { to: 23 }, tools);
  expect(model.opsets.get("onnx")).toBe(23);
});

it("checks its options before it touches the model", async () => {
  const model = modelAt(11, "g (x) => (y) { y = Relu (x) }");
  const before = printModel(model);
  for (const options of [{ to: 6 }, { to: 29 }, { to: 13.5 }, { too: 13 }])
    await expect(runPass(model, upgrade, options, tools)).rejects.toThrow("PASS_OPTIONS");
  expect(printModel(model)).toBe(before);
});
