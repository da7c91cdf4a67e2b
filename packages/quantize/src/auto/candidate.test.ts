import type { Judgement } from "@pare/pass";
import { describe, expect, it } from "vitest";
import { accuracyOf, type Candidate, pick } from "./candidate.ts";
import type { Plan } from "./plan.ts";

interface Measured {
  readonly drop?: number;
  readonly upper?: number;
  readonly time?: number;
  readonly width?: number;
  readonly bytes?: number;
  readonly divergence?: number;
}

function candidate(label: string, measured: Measured, plan: Plan = { scheme: "dynamic" }): Candidate {
  const { drop = 0, upper = drop, time, width = 0.005, bytes = 100, divergence = 0 } = measured;
  const judgement: Judgement = {
    metric: "accuracy.top1",
    samples: 1000,
    reference: 0.8,
    value: 0.8 - drop,
    drop,
    dropUpper: upper,
    agreement: 1,
    snrDb: 30,
    divergence,
  };
  const ratio = time === undefined ? undefined : { value: time, low: time - width, high: time + width };
  return { label, plan, judgement: plan.scheme === "float" ? undefined : judgement, bytes, time: ratio };
}

const float = candidate("float", { bytes: 400 }, { scheme: "float" });
const picked = (others: readonly Candidate[], prefer: "speed" | "size" = "speed", isTimed = true) =>
  pick([float, ...others], { maxDrop: 0.01, prefer, isTimed }).label;

describe("pick", () => {
  it("takes the fastest that keeps the accuracy", () => {
    const fast = candidate("fast", { time: 0.5, drop: 0.02 });
    expect(picked([candidate("slow", { time: 0.9 }), candidate("good", { time: 0.7 }), fast])).toBe("good");
  });

  it("takes none that is slower than float, unless size was asked for", () => {
    const slow = candidate("slow", { time: 1.2, bytes: 50 });
    expect(picked([slow])).toBe("float");
    expect(picked([slow], "size")).toBe("slow");
  });

  it("takes for speed what was timed, and presumes times only where nothing can be", () => {
    const untimed = candidate("untimed", {});
    expect(picked([untimed, candidate("slow", { time: 1.2 })])).toBe("float");
    expect(picked([untimed, candidate("timed", { time: 0.99 })])).toBe("timed");
    expect(picked([untimed])).toBe("float");
    expect(picked([untimed], "speed", false)).toBe("untimed");
    // Stored weights are those of the float model when it runs.
    const stored = candidate("stored", {}, { scheme: "storage", type: "float16", correct: false });
    expect(picked([stored, untimed])).toBe("stored");
  });

  it("does not call slower what the noise of a machine can explain", () => {
    expect(picked([candidate("same", { time: 1.007, width: 0.004 })])).toBe("same");
    // Stored weights run as the float ones do.
    const stored = { scheme: "storage", type: "int8", correct: false } as const;
    expect(picked([candidate("stored", { time: 1.08, width: 0.1 }, stored)])).toBe("stored");
    expect(picked([candidate("stored", { time: 1.08, width: 0.02 }, stored)])).toBe("float");
    expect(picked([candidate("noisy", { time: 1.08, width: 0.1 })])).toBe("float");
  });

  it("prefers what is shown to hold to what is faster and open, and that to float", () => {
    const open = candidate("open", { time: 0.5, drop: 0.005, upper: 0.03 });
    const held = candidate("held", { time: 0.8, drop: 0.002, upper: 0.008 });
    expect(picked([open, held])).toBe("held");
    expect(picked([open])).toBe("open");
  });

  it("lets size, then closeness of the outputs decide between equal times", () => {
    expect(picked([candidate("large", { time: 0.7 }), candidate("small", { time: 0.705, bytes: 60 })])).toBe("small");
    const near = candidate("near", { time: 0.7, divergence: 0.01 });
    expect(picked([candidate("far", { time: 0.701, divergence: 0.02 }), near])).toBe("near");
  });
});

describe("accuracyOf", () => {
  it.each([
    [0.005, 0.009, "held"],
    [0.005, 0.02, "open"],
    [0.02, 0.03, "lost"],
    // Two of 200 samples, which is more than 0.01 in binary.
    [0.99 - 0.98, 0.99 - 0.98, "held"],
    [-0.01, 0.01, "held"],
  ] as const)("a drop of %d, at most %d: %s", (drop, upper, expected) => {
    expect(accuracyOf(candidate("x", { drop, upper }), 0.01)).toBe(expected);
  });
});
