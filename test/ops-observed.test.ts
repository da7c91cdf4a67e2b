import { parseModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { networks } from "./fixtures/networks.ts";
import { opsets } from "./fixtures/opsets.ts";
import { structures } from "./fixtures/structures.ts";
import { compareWithRuntime } from "./support/observe-values.ts";

// The runtime aborts its process on a RandomNormalLike of scale 0, which the fixture of random operators has.
const fixtures = [...networks, ...structures, ...opsets].filter(
  (fixture) => fixture.runs !== false && fixture.nondeterministic !== true,
);

describe("inferred shapes and elements are what the runtime gives, for several sizes", () => {
  it.each(fixtures)("$name", async ({ text }) => {
    const { wrong, runs } = await compareWithRuntime(parseModel(text));
    expect(wrong).toEqual([]);
    expect(runs).toBeGreaterThan(0);
  });
});
