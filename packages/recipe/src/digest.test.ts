import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { canonicalJson, digestFiles, digestOf } from "./digest.ts";

test("equal data gives equal text", () => {
  expect(canonicalJson({ b: [1, { d: 2, c: null }], a: "x", gone: undefined })).toBe(
    '{"a":"x","b":[1,{"c":null,"d":2}]}',
  );
  expect(digestOf({ a: 1, b: 2 })).toBe(digestOf({ b: 2, a: 1 }));
  expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
});

test("the digest of files is the SHA-256 of their bytes one after the other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "pare-digest-"));
  try {
    writeFileSync(join(folder, "a"), "ab");
    writeFileSync(join(folder, "b"), "c");
    const expected = createHash("sha256").update("abc").digest("hex");
    expect(await digestFiles([join(folder, "a"), join(folder, "b")])).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
