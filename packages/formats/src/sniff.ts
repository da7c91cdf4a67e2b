import type { ByteSource } from "@pare/tensor";
import { notAModelError } from "./errors.ts";

interface Kind {
  readonly what: string;
  readonly next: string;
  readonly matches: (head: Buffer, source: ByteSource) => boolean;
}

const text = (head: Buffer) => head.toString("latin1").trimStart();
const starts =
  (...bytes: number[]) =>
  (head: Buffer) =>
    bytes.every((byte, i) => head[i] === byte);
const convert = (from: string) => `Export the model to ONNX from ${from} first.`;

/** What people hand over in place of a model. The first match counts. */
const kinds: readonly Kind[] = [
  { what: "an empty file", next: "Fetch or export it again.", matches: (head) => head.length === 0 },
  {
    what: "a Git LFS pointer",
    next: "The model itself was not fetched: run `git lfs pull`.",
    matches: (head) => text(head).startsWith("version https://git-lfs"),
  },
  {
    what: "an HTML page",
    next: "The download gave a page about the file (a login, an error); use the link to the raw file.",
    matches: (head) => /^(<!doctype html|<html|<head|<script)/i.test(text(head)),
  },
  {
    what: "XML",
    next: "OpenVINO models (.xml and .bin) cannot be read; use the ONNX file that they were made from.",
    matches: (head) => text(head).startsWith("<?xml"),
  },
  {
    what: "a PyTorch checkpoint",
    next: convert("PyTorch (torch.onnx.export)"),
    matches: (head) => starts(0x50, 0x4b, 3, 4)(head) && /data\.pkl|\/version|\.storage/.test(head.toString("latin1")),
  },
  {
    what: "a zip archive",
    next: "Unpack it; the .onnx file is inside.",
    matches: (head) => starts(0x50, 0x4b, 3, 4)(head) || starts(0x50, 0x4b, 5, 6)(head),
  },
  { what: "a gzip archive", next: "Unpack it with gunzip or tar.", matches: starts(0x1f, 0x8b) },
  { what: "a Python pickle", next: convert("the framework that wrote it"), matches: isPickle },
  { what: "an HDF5 file", next: convert("Keras (tf2onnx)"), matches: starts(0x89, 0x48, 0x44, 0x46) },
  {
    what: "a TensorFlow Lite model",
    next: convert("TensorFlow (tf2onnx)"),
    matches: (head) => tag(head, 4) === "TFL3",
  },
  {
    what: "a model in ONNX Runtime's own format",
    next: "Use the .onnx file that it was made from.",
    matches: (head) => tag(head, 4) === "ORTM",
  },
  { what: "a GGUF file", next: "GGUF cannot be read.", matches: (head) => tag(head, 0) === "GGUF" },
  {
    what: "a safetensors file",
    next: "It holds weights without a graph. Export the whole model to ONNX.",
    matches: isSafetensors,
  },
  {
    what: "a NumPy file",
    next: "It holds arrays without a graph.",
    matches: (head) => starts(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59)(head),
  },
  { what: "JSON", next: "Give the .onnx file.", matches: isJson },
  { what: "text", next: "Give the .onnx file; a recipe (YAML) goes to `pare run`.", matches: isText },
];

/** @throws MODEL_FORMAT when the first bytes are those of another kind of file */
export function checkMagic(source: ByteSource, name: string): void {
  const head = Buffer.from(source.read(0, Math.min(source.size, 4096)));
  const kind = kinds.find(({ matches }) => matches(head, source));
  if (kind !== undefined) throw notAModelError(name, kind.what, kind.next);
}

/** A model begins with a field's tag and small numbers: control characters that no text has. */
function isText(head: Buffer): boolean {
  return head.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

export function isJson(head: Buffer): boolean {
  return /^[[{]\s*("|\{|\[|\}|\])/.test(text(head));
}

function tag(head: Buffer, at: number): string {
  return head.toString("latin1", at, at + 4);
}

function isPickle(head: Buffer): boolean {
  return (
    head[0] === 0x80 &&
    head[1]! >= 2 &&
    head[1]! <= 5 &&
    (head[2] === 0x8a || head[2] === 0x95 || head[2] === 0x63 || head[2] === 0x7d)
  );
}

/** Eight bytes of length, then a JSON header. */
function isSafetensors(head: Buffer, source: ByteSource): boolean {
  return (
    head.length > 9 && head.readUInt32LE(4) === 0 && head.readUInt32LE(0) < source.size && tag(head, 8).startsWith('{"')
  );
}

/** A TensorFlow.js model.json names its format and lists its weights. */
export function isTensorflowJs(source: ByteSource): boolean {
  const head = Buffer.from(source.read(0, Math.min(source.size, 64 * 1024)));
  return isJson(head) && /"(modelTopology|weightsManifest)"/.test(head.toString("latin1"));
}
