import { expect, test } from "vitest";
import { fullRecord } from "../testing/example-record.ts";
import { renderGates } from "./gate-text.ts";

test("each gate with what decides it, wrapped at the terminal's width", () => {
  expect(renderGates(fullRecord.gates!, 60)).toMatchInlineSnapshot(`
    "
    Gates
    pass         size.file <= original.size.file
                 210000 <= 213400: holds
    fail         latency.online.p50 <
                 original.latency.online.p50 / 2
                 0.42 (0.41 to 0.428) < 0.285: does not hold in
                 the whole interval
    cannot tell  accuracy.top1 > 0.905
                 0.908 (0.9 to 0.92) > 0.905: not decided by the
                 intervals
    skipped      nodes <= base.nodes
                 there is no base to compare with
    "
  `);
  expect(renderGates([])).toBe("");
});
