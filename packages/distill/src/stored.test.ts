import { expect, test } from "vitest";
import { storedNotes } from "./stored.ts";

const textOf = (...given: Parameters<typeof storedNotes>) => storedNotes(...given).map(({ text }) => text);

test("says how like the trained graph the stored model is", () => {
  expect(textOf({ samples: 2400, agreement: 0.9975, snrDb: 37.94 })).toEqual([
    "the stored model, run on this processor, and the trained graph give the same class for 99.75 % of 2400 validation samples (signal to noise 37.9 dB)",
  ]);
  const [nearly, equal, unknown] = [31, 200, null].map((snrDb) => textOf({ samples: 10, agreement: null, snrDb })[0]);
  expect(nearly).toMatch(/give nearly the same outputs for 10 validation samples \(signal to noise 31.0 dB\)$/);
  expect(equal).toMatch(/give the same outputs for 10 validation samples$/);
  expect(unknown).toMatch(/give nearly the same outputs for 10 validation samples$/);
  expect(textOf({ fault: "no kernel" })[0]).toMatch(/not compared with the trained graph: no kernel$/);
  expect(textOf(undefined)).toEqual([]);
});

test.each([
  [{ samples: 100, agreement: 0.97, snrDb: 30 }, false],
  [{ samples: 240, agreement: 0.98, snrDb: 30 }, true],
  [{ samples: 2400, agreement: 0.991, snrDb: 30 }, true],
  [{ samples: 2400, agreement: 0.993, snrDb: 30 }, false],
  [{ samples: 2400, agreement: null, snrDb: 15 }, true],
  [{ samples: 2400, agreement: null, snrDb: 25 }, false],
])("of %o more than rounding differs: %s", (stored, isMore) => {
  expect(textOf(stored)[0]!.includes("bits: 7")).toBe(isMore);
});
