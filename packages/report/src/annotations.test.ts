import { expect, test } from "vitest";
import { fullRecord } from "../testing/example-record.ts";
import { renderAnnotations } from "./annotations.ts";

test("a failed gate is an error, an undecided one a warning, or strictly an error", () => {
  expect(renderAnnotations([fullRecord])).toBe(
    "::error title=quickstart%3A gate failed::latency.online.p50 < original.latency.online.p50 / 2: " +
      "0.42 (0.41 to 0.428) < 0.285: does not hold in the whole interval\n" +
      "::warning title=quickstart%3A gate cannot be told::accuracy.top1 > 0.905: " +
      "0.908 (0.9 to 0.92) > 0.905: not decided by the intervals\n",
  );
  expect(renderAnnotations([fullRecord], { strict: true }).match(/^::error/gm)).toHaveLength(2);
});

test("what would end the command early is encoded", () => {
  const gates = [{ expression: "100%\n::error::x", status: "fail", reason: "" } as const];
  expect(renderAnnotations([{ ...fullRecord, gates }])).toMatch(/::100%25%0A::error::x: \n$/);
});
