import { describe, expect, it } from "vitest";
import { classOutcomes } from "./class-outcomes.ts";
import { decodeOutcomes, encodeOutcomes } from "./encode-outcomes.ts";

function classified(classes: number) {
  const names = Array.from({ length: classes }, (_, i) => `c${i}`);
  const builder = classOutcomes(3, names, true);
  for (const i of [0, 1, 2])
    builder.add(i, classes - 1 - i, new Float64Array(classes).fill(i === 2 ? Number.NaN : 0.5));
  return builder.outcomes;
}

describe("outcomes in a record", () => {
  it("come back as they were, but for rounding to float32", () => {
    const outcomes = classified(4);
    const record = encodeOutcomes(outcomes, "abc");
    const back = decodeOutcomes(JSON.parse(JSON.stringify(record)));
    expect(back).toEqual({ ...outcomes, losses: Float64Array.from(Float32Array.from(outcomes.losses)) });
    expect(record).toMatchObject({ kind: "class", samples: 3, samplesSha256: "abc" });
  });

  it("take a byte a label where that is enough", () => {
    expect(encodeOutcomes(classified(4), "").columns.labels).toEqual({ type: "uint8", base64: "AwIB" });
    expect(encodeOutcomes(classified(4), "").columns.predictions?.type).toBe("int16");
    expect(encodeOutcomes(classified(300), "").columns.labels?.type).toBe("int16");
  });

  it("of regression and text too", () => {
    const values = {
      kind: "values" as const,
      width: 2,
      targets: Float64Array.of(1, 2),
      predictions: Float64Array.of(3, 4),
    };
    expect(decodeOutcomes(encodeOutcomes(values, ""))).toEqual(values);
    const one = Float64Array.of(1, 70_000);
    const tokens = { kind: "tokens" as const, losses: one, tokens: one, characters: one };
    expect(decodeOutcomes(encodeOutcomes(tokens, ""))).toEqual(tokens);
  });

  it("say what is missing", () => {
    const record = encodeOutcomes(classified(4), "");
    const { ranks: _, ...columns } = record.columns;
    expect(() => decodeOutcomes({ ...record, columns })).toThrow("MEASURE_OUTCOMES at outcomes.columns.ranks: ");
    expect(() => decodeOutcomes({ ...record, samples: 4 })).toThrow("it holds 3 of 4");
  });
});
