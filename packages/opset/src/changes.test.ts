import { printModel, verifyModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { cases, modelAt } from "../test/cases/index.ts";
import { changes } from "./changes.ts";
import { upgradeOpset } from "./upgrade.ts";

describe("rewrites", () => {
  it.each(cases)("$name ($from to $to)", ({ from, to, before, after }) => {
    const model = modelAt(from, before);
    upgradeOpset(model, to);
    verifyModel(model);
    expect(printModel(model)).toBe(printModel(modelAt(to, after)));
  });

  it.each(cases.filter(({ to, notRun }) => to > 13 && notRun === undefined))("$name, in steps", (each) => {
    const model = modelAt(each.from, each.before);
    for (let opset = Math.max(each.from + 1, 13); opset <= each.to; opset++) upgradeOpset(model, opset);
    expect(printModel(model)).toBe(printModel(modelAt(each.to, each.after)));
  });
});

describe("table of changes", () => {
  it("is in order of opsets", () => {
    expect(changes.map(({ at }) => at)).toEqual(changes.map(({ at }) => at).toSorted((a, b) => a - b));
  });

  it("has a case for every change", () => {
    const covers = (type: string, at: number) =>
      cases.some(({ from, to, before }) => from < at && at <= to && new RegExp(`= ${type} [<(]`).test(before));
    const refusals = ["Scan", "Tile", "Erf"];
    const missing = changes.filter(({ at, ops }) => !ops.some((op) => refusals.includes(op) || covers(op, at)));
    expect(missing.map(({ at, ops }) => `${ops[0]} ${at}`)).toEqual([]);
  });
});
