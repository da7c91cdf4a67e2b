import { parseModel } from "@pare/ir";
import { type Note, type Pass, type PassData, runPass, selector, type Tools } from "@pare/pass";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { statingNoise } from "./state-noise.ts";

const model = () => parseModel("main (float[2] x) => (float[2] y) { y = Neg (x) }");

function passThat(...notes: readonly Note[]): Pass<object> {
  const rest = { summary: "for a test", options: z.object({}), promise: "lossy" } as const;
  return statingNoise({ ...rest, name: "quantize/nothing", run: async () => notes });
}

const changed: Note = { kind: "changed", text: "changed something" };

function dataWith(snrDb: number, metric: string): PassData {
  const drop = 10 ** (-snrDb / 10);
  const losses = { reference: 0, value: drop, drop, dropUpper: drop };
  const judgement = { metric, samples: 64, snrDb, ...losses, agreement: undefined, divergence: undefined };
  return {
    ...{ calibrationSamples: 0, validationSamples: 64 },
    batches: async function* () {},
    manyAtOnce: async (each) => each,
    observe: async () => new Map(),
    judge: async () => [judgement],
  };
}

/** What the pass says last. @param snrDb of the outputs on validation data; undefined: there is none */
async function stated(notes: readonly Note[], snrDb?: number, metric = "noise"): Promise<string | undefined> {
  const tools: Tools = {
    run: async () => [],
    progress: { report: () => {} },
    signal: new AbortController().signal,
    seed: 0,
    selects: selector({}),
    original: model(),
    ...(snrDb !== undefined && { data: dataWith(snrDb, metric) }),
  };
  const run = await runPass(model(), passThat(...notes), {}, tools);
  return run.notes.at(-1)?.text;
}

describe("a lossy pass states", () => {
  it("how far the outputs moved", async () => {
    expect(await stated([changed], 31.25)).toBe("outputs at 31.3 dB to the original's on 64 validation samples");
  });

  it("a warning where that is more than a tenth of their energy: below 10 dB", async () => {
    expect(await stated([changed], 2.9)).toContain("2.9 dB to the original's on 64 validation samples; that is more");
    expect(await stated([changed], 10.1)).not.toContain("more than a tenth");
    expect(await stated([changed], 9.9, "accuracy.top1")).toContain("more than a tenth");
  });

  it("plainly that nothing was measured", async () => {
    expect(await stated([changed])).toBe(
      "not measured: how far the outputs are from the original's, for there is no data",
    );
  });

  it("nothing where it changed nothing", async () => {
    expect(await stated([{ kind: "left", text: "left alone" }], 30)).toBe("left alone");
  });
});
