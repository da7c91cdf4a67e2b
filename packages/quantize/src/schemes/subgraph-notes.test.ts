import { parseModel } from "@pare/ir";
import { expect, it } from "vitest";
import { subgraphNotes } from "./subgraph-notes.ts";

/** [N,4] · [4,4] in front of it takes 16 multiply-adds a row, one branch 32 more, the other none. */
const model = parseModel(`main (float[N, 4] x, bool c) => (float[N, 8] y)
<float[4, 4] w = random(1), float[4, 8] v = random(2), float[4, 8] none = random(3)>
{
  a = MatMul (x, w)
  y = If <
    then_branch = graph t () => (float[N, 8] p) { p = MatMul (a, v) },
    else_branch = graph e () => (float[4, 8] q) { q = Identity (none) }
  > (c)
}`);

it("says what share of the multiply-adds stays float inside: 32 of 48", async () => {
  const [note, ...others] = await subgraphNotes(model, undefined);
  expect(others).toEqual([]);
  expect(note).toMatchObject({ kind: "left", subjects: ["y"] });
  expect(note!.text).toBe(
    "1 in float with all that is inside (If), 66.7 % of the multiply-adds: only the main graph is quantized with calibration",
  );
});

it("says nothing where there is no subgraph", async () => {
  expect(await subgraphNotes(parseModel("main (float[2] x) => (float[2] y) { y = Neg (x) }"), undefined)).toEqual([]);
});
