import { describe, expect, it } from "vitest";
import { isPareError, PareError } from "./index.ts";

describe("PareError", () => {
  it("writes code, place, problem, expected, got and next step in one line", () => {
    const error = new PareError({
      code: "DATA_SHORT",
      at: "features.0.weight in weights.bin",
      problem: "the tensor's bytes end early",
      expected: "36864 bytes",
      got: "28672",
      next: "The download may be incomplete.",
    });
    expect(error.message).toBe(
      "DATA_SHORT at features.0.weight in weights.bin: the tensor's bytes end early (expected 36864 bytes, got 28672). The download may be incomplete.",
    );
    expect(error.exitCode).toBe(2);
    expect(isPareError(error)).toBe(true);
  });

  it("leaves out what it was not given", () => {
    expect(new PareError({ code: "X", problem: "broken", kind: "failure" }).message).toBe("X: broken.");
    expect(new PareError({ code: "X", problem: "broken", kind: "failure" }).exitCode).toBe(3);
    expect(isPareError(new Error("X"))).toBe(false);
  });
});
