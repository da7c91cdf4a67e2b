import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { checkLines, outputsOf, parseInputShape } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-places-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const places = (files: readonly string[], out?: string, suffix?: string) => outputsOf({ files, out, suffix });

test("input shapes are a name, a colon and sizes; names may hold colons", () => {
  expect(parseInputShape("image:1,3,224,224")).toEqual(["image", [1, 3, 224, 224]]);
  expect(parseInputShape("serving_default_x:0:1,16")).toEqual(["serving_default_x:0", [1, 16]]);
  for (const wrong of ["1,3", "x:", "x:1,", ":1", "x:-1,3", "x:1.5"])
    expect(() => parseInputShape(wrong), wrong).toThrow(/^USAGE at --input-shape/);
});

test("one file goes to a file or into a folder, several into a folder", () => {
  expect(places(["a.onnx"], "b.onnx")).toEqual([["a.onnx", "b.onnx"]]);
  expect(places(["x/a.onnx"], folder)).toEqual([["x/a.onnx", join(folder, "a.onnx")]]);
  expect(places(["a.onnx", "b.onnx"], join(folder, "new"))).toEqual([
    ["a.onnx", join(folder, "new/a.onnx")],
    ["b.onnx", join(folder, "new/b.onnx")],
  ]);
});

test("a suffix goes before the extension", () => {
  expect(places(["x/a.v1.onnx", "b"], undefined, "-small")).toEqual([
    ["x/a.v1.onnx", "x/a.v1-small.onnx"],
    ["b", "b-small"],
  ]);
});

test("what would lose a file is refused before anything is done", () => {
  expect(() => places(["x/a.onnx", "y/a.onnx"], folder)).toThrow(/two files would go to .*a\.onnx/);
  expect(() => places(["a.onnx", "b.onnx"], "c.onnx")).toThrow(/2 files cannot go to one: c\.onnx/);
  expect(() => places(["a.onnx"], "b.onnx", "-s")).toThrow(/one of --out and --suffix is needed/);
});

test("inputs on which the outputs moved do not count as the same", () => {
  expect(checkLines({ status: "passed", cases: 5, remarks: [] })).toEqual(["same outputs on 5 inputs in ONNX Runtime"]);
  expect(checkLines({ status: "passed", cases: 5, remarks: ["on seed 1 …", "on seed 2 …"] })).toEqual([
    "same outputs on 3 of 5 inputs in ONNX Runtime",
    "on seed 1 …",
    "on seed 2 …",
  ]);
  expect(checkLines({ status: "skipped", reason: "it was not asked for" })).toEqual([
    "not checked: it was not asked for",
  ]);
});
