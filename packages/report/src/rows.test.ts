import { expect, it } from "vitest";
import { formatComparison } from "./rows.ts";

it("a ratio without an upper bound says so", () => {
  const interval = { low: 0.14, high: Infinity, confidence: 0.95 };
  expect(formatComparison({ metric: "cost.api", kind: "ratio", value: 3.4191, interval }, "plain")).toBe(
    "× 3.419 (0.140 to ∞)",
  );
});
