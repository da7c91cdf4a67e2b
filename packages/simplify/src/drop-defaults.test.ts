import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const lstm = (h: string, c: string) =>
  `g (float[S,N,2] x, float[1,N,1] given) => (y) <float[1,4,2] w = random(1), float[1,4,1] r = random(2), float[1,1,1] zero = {0}, float[1,1,1] one = {1}> {
    s = Shape (given) h0 = ConstantOfShape (s) c0 = Expand (zero, s) h1 = Expand (one, s)
    y = LSTM <hidden_size = 1> (x, w, r, , , ${h}, ${c})
  }`;

it("drops initial states of zero, however they were made", async () => {
  const { nodes } = await rewritten(lstm("h0", "c0"), "drop-defaults");
  expect(nodes.at(-1)).toBe("y = LSTM <hidden_size = 1> (x, w, r)");
});

it("keeps others, in their places", async () => {
  expect((await rewritten(lstm("h0", "h1"), "drop-defaults")).nodes.at(-1)).toBe(
    "y = LSTM <hidden_size = 1> (x, w, r, , , , h1)",
  );
  expect((await rewritten(lstm("given", "c0"), "drop-defaults")).nodes.at(-1)).toBe(
    "y = LSTM <hidden_size = 1> (x, w, r, , , given)",
  );
});
