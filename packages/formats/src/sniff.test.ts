import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { samples } from "../testing/samples.ts";
import { detectFormat, readModelFile } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-sniff-"));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, "model.onnx");
const bytes = (...parts: (string | number[])[]) => Buffer.concat(parts.map((part) => Buffer.from(part as string)));

test.each<[string, Buffer]>([
  ["an empty file", bytes()],
  ["a Git LFS pointer", bytes("version https://git-lfs.github.com/spec/v1\n")],
  ["an HTML page", bytes("\n<!DOCTYPE html><html>")],
  ["XML", bytes('<?xml version="1.0"?>')],
  ["a PyTorch checkpoint", bytes([0x50, 0x4b, 3, 4], "\0\0archive/data.pkl")],
  ["a zip archive", bytes([0x50, 0x4b, 3, 4], "model.onnx")],
  ["a gzip archive", bytes([0x1f, 0x8b, 8, 0])],
  ["a Python pickle", bytes([0x80, 2, 0x8a, 10])],
  ["an HDF5 file", bytes([0x89], "HDF\r\n")],
  ["a TensorFlow Lite model", bytes([28, 0, 0, 0], "TFL3")],
  ["a model in ONNX Runtime's own format", bytes([28, 0, 0, 0], "ORTM")],
  ["a GGUF file", bytes("GGUF", [3, 0, 0, 0])],
  ["a safetensors file", bytes([20, 0, 0, 0, 0, 0, 0, 0], '{"weight":{"dtype":"F32"}}')],
  ["a NumPy file", bytes([0x93], "NUMPY", [1, 0])],
  ["JSON", bytes('{"a": 1}')],
  ["text", bytes("version: 1\nmodel: m.onnx\n")],
])("%s is named", (what, content) => {
  writeFileSync(path, content);
  expect(() => detectFormat(path)).toThrow(`MODEL_FORMAT at ${path}: this is no ONNX model (got ${what}).`);
  expect(() => readModelFile(path)).toThrow(what);
});

test("an ONNX file is one, whatever its first field", () => {
  for (const content of Object.values(samples)) {
    writeFileSync(path, content);
    expect(detectFormat(path)).toBe("onnx");
    expect(readModelFile(path).format).toBe("onnx");
  }
});

test("a TensorFlow.js model is recognised, and not read yet", () => {
  writeFileSync(path, '{"format": "graph-model", "modelTopology": {}, "weightsManifest": []}');
  expect(detectFormat(path)).toBe("tfjs");
  expect(() => readModelFile(path)).toThrow("MODEL_UNSUPPORTED");
});
