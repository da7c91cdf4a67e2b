import { describe, expect, it } from "vitest";
import { evaluateSection, isMetricModule } from "./evaluate-schema.ts";

const section = evaluateSection(["accuracy.top1", "loss"]);

describe("evaluate", () => {
  it.each([
    ["loss", ["loss"]],
    ["./metric.mjs", ["./metric.mjs"]],
    [
      ["auto", "../own/metric.js"],
      ["auto", "../own/metric.js"],
    ],
    [{}, ["auto"]],
    [{ metrics: ["loss"] }, ["loss"]],
  ])("%j asks for %j, all else by default", (written, metrics) => {
    expect(section.parse(written)).toEqual({ metrics, activation: "auto", samples: 100 });
  });

  it("says how the output is read", () => {
    const written = { metrics: ["loss"], output: "logits", activation: "sigmoid", samples: 5 };
    expect(section.parse(written)).toEqual(written);
  });

  it.each([["accuracy"], [["metric.mjs"]], [{ metric: ["loss"] }], [{ activation: "relu" }], [{ samples: 0 }]])(
    "%j is refused",
    (written) => expect(section.safeParse(written).success).toBe(false),
  );

  it("knows a module by its path", () => {
    expect(["./a.mjs", "../b/c.js", "a.mjs", "./a.ts", "loss"].map(isMetricModule)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});
