import { type Model, parseModel, printModel } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Pass, Tools } from "./contract.ts";
import { runPass } from "./runner.ts";

const tools: Tools = {
  run: () => Promise.reject(new Error("there is no runtime here")),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 0,
  selects: () => true,
};

const text = `<ir_version: 9, opset_import: ["" : 18, "f" : 1]>
  g (float[N] x) => (y) { a = Identity (x) y = f.half (a) }
  <domain: "f", opset_import: ["" : 18]> half (v) => (r) { i = Identity (v) r = Neg (i) }`;

/** Renames, in the main graph and in a function, then does what it is told. */
function renaming(then: (model: Model) => void = () => {}): Pass<{ to: string; inFront?: boolean | undefined }> {
  return {
    name: "test/rename",
    summary: "Rename",
    promise: "exact",
    options: z.strictObject({ to: z.string().min(2), inFront: z.boolean().optional() }),
    run: async (model, { to }) => {
      model.graph.edit("main", (edit) => edit.rename(model.graph.value("a")!, to));
      model.functions[0]!.body.edit("body", (edit) => edit.rename(model.functions[0]!.body.value("i")!, to));
      model.update("opset", { opsets: new Map([...model.opsets, ["mine", 1]]) });
      then(model);
      return [{ kind: "changed", text: "renamed" }];
    },
  };
}

describe("runPass", () => {
  it("tells what was done", async () => {
    const run = await runPass(parseModel(text), renaming(), { to: "bb" }, tools);
    expect(run).toMatchObject({
      pass: "test/rename",
      notes: [{ kind: "changed", text: "renamed" }],
      nodesBefore: 4,
      nodesAfter: 4,
    });
    expect(run.edits).toEqual(["main", "opset", "body"]);
  });

  it.each([
    [
      "the pass throws",
      renaming(() => {
        throw new Error("half way");
      }),
      undefined,
      "half way",
    ],
    [
      "the check throws",
      renaming(),
      async () => {
        throw new Error("moved");
      },
      "moved",
    ],
  ])("restores everything where %s", async (_, pass, check, message) => {
    const model = parseModel(text);
    const before = printModel(model);
    const run = runPass(model, pass, { to: "bb" }, tools, check === undefined ? {} : { check });
    await expect(run).rejects.toThrow(message);
    expect(printModel(model)).toBe(before);
  });

  it.each([
    [{ to: "b" }, 'PASS_OPTIONS at test/rename: option "to": '],
    [{}, 'PASS_OPTIONS at test/rename: option "to": '],
    [{ to: "bb", inFront: 1 }, 'PASS_OPTIONS at test/rename: option "in-front": '],
    [{ to: "bb", from: "a" }, "PASS_OPTIONS at test/rename: unrecognized key"],
  ])("refuses options %j before it touches the model", async (options, message) => {
    const model = parseModel(text);
    const before = printModel(model);
    await expect(runPass(model, renaming(), options, tools)).rejects.toThrow(message);
    expect(printModel(model)).toBe(before);
  });

  it("does not begin when it was aborted", async () => {
    const aborted = AbortSignal.abort(new Error("stopped"));
    await expect(runPass(parseModel(text), renaming(), { to: "bb" }, { ...tools, signal: aborted })).rejects.toThrow(
      "stopped",
    );
  });
});
