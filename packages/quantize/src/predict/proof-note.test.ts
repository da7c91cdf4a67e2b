import { parseModel } from "@pare/ir";
import { expect, it } from "vitest";
import { tensorrt } from "../targets/tensorrt.ts";
import { proofNote, shareNote } from "./proof-note.ts";

it("says the share of the multiply-adds, or why it is not known", async () => {
  expect(shareNote(0.995, tensorrt).text).toBe("99.5 % of the multiply-adds are integer on tensorrt, by prediction");
  const model = parseModel(`<ir_version: 8, opset_import: ["" : 17]>
    main (float[4] x) => (float[] y) <float[1,8] w = random(1)> {
      i = NonZero (x)
      f = Cast <to = 1> (i)
      t = Transpose (f)
      y = MatMul (t, w)
    }`);
  const { text, proof } = await proofNote(model, tensorrt, undefined);
  expect(proof?.predictedShare).toBeNull();
  expect(text).toBe(
    "which nodes are integer on tensorrt (of how many multiply-adds is not known: some sizes are not): predicted, not proven, for this machine is none",
  );
});
