import { expect, it } from "vitest";
import { rewritten } from "../test/rewritten.ts";

const text = (opset: number, body: string) =>
  `<ir_version: 8, opset_import: ["" : ${opset}]>
   g (float[N] x) => (y) <float three = {3}, float zero = {0}, float six = {6}> { u = Add (x, three) c = Clip (u, zero, six) ${body} }`;

it("fuses a hard sigmoid", async () => {
  const { nodes } = await rewritten(text(13, "y = Div (c, six)"), "fuse-activations");
  expect(nodes).toEqual(["y = HardSigmoid <alpha = 0.16666667, beta = 0.5> (x)"]);
});

it.each(["m = Mul (x, c) y = Div (m, six)", "d = Div (c, six) y = Mul (d, x)"])(
  "fuses a hard swish: %s",
  async (body) => {
    expect((await rewritten(text(14, body), "fuse-activations")).nodes).toEqual(["y = HardSwish (x)"]);
    const old = await rewritten(text(13, body), "fuse-activations");
    expect(old.nodes.map((node) => node.split(" ")[2])).toEqual(["HardSigmoid", "Mul"]);
  },
);

it("leaves other bounds", async () => {
  const { nodes } = await rewritten(text(14, "y = Div (c, three)"), "fuse-activations");
  expect(nodes).toHaveLength(3);
});
