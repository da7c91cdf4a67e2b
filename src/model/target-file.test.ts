import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { targetOf } from "./target-file.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-target-"));
afterAll(() => rmSync(folder, { recursive: true }));
const documentation = readFileSync(fileURLToPath(new URL("../../docs/targets.md", import.meta.url)), "utf8");

function read(text: string) {
  const path = join(folder, "npu.yaml");
  writeFileSync(path, text);
  return targetOf(path);
}

it("the example of the documentation is a target", () => {
  const [, example = ""] = /```yaml\n(.*?)```/s.exec(documentation) ?? [];
  const target = read(example);
  expect(target).toMatchObject({ name: "my-npu", foldClips: true, weight: { bits: 8, symmetric: true } });
  expect(target.operators["onnx.Conv"]).toMatchObject({ kind: "compute", leastChannels: 4, share: false });
});

it("a mistake in a file is told with its place", () => {
  expect(() => read("name: a\nsummary: b\nruntime: other\ndevice: none\nactivation: { type: int3 }")).toThrow(
    /npu\.yaml:5.*type.*int4, .*uint16/,
  );
});
