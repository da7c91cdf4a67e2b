import { isUtf8 } from "node:buffer";
import type { Dim } from "@pare/ir";

/**
 * Text of a file. Bytes that are no UTF-8 become the lone surrogates U+DC80 to U+DCFF, one each, so that `encodeText`
 * gives the same bytes again: a name that some exporter wrote in another encoding stays what it was.
 */
export function decodeText(bytes: Uint8Array, from: number, to: number): string {
  const part = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from);
  const text = part.toString("utf8");
  return text.includes("\ufffd") && !isUtf8(part) ? escapedText(part) : text;
}

function escapedText(bytes: Buffer): string {
  const parts: string[] = [];
  let valid = 0;
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      parts.push(bytes.toString("utf8", valid, i), String.fromCharCode(0xdc00 + bytes[i]!));
      valid = i + 1;
    }
    i += length === 0 ? 1 : length;
  }
  parts.push(bytes.toString("utf8", valid));
  return parts.join("");
}

/** First byte from, to; the range of the second byte; length: the well-formed sequences of UTF-8 (RFC 3629, section 4). */
const sequences = [
  [0xc2, 0xdf, 0x80, 0xbf, 2],
  [0xe0, 0xe0, 0xa0, 0xbf, 3],
  [0xe1, 0xec, 0x80, 0xbf, 3],
  [0xed, 0xed, 0x80, 0x9f, 3],
  [0xee, 0xef, 0x80, 0xbf, 3],
  [0xf0, 0xf0, 0x90, 0xbf, 4],
  [0xf1, 0xf3, 0x80, 0xbf, 4],
  [0xf4, 0xf4, 0x80, 0x8f, 4],
] as const;

/** The length of the valid UTF-8 sequence at `at`, 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  const form = sequences.find(([low, high]) => first >= low && first <= high);
  if (form === undefined) return 0;
  const [, , low, high, length] = form;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte < (i === 1 ? low : 0x80) || byte > (i === 1 ? high : 0xbf)) return 0;
  }
  return length;
}

const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;

export function encodeText(text: string): Uint8Array {
  if (!loneSurrogate.test(text)) return Buffer.from(text);
  const parts = Array.from(text, (character) => {
    const code = character.codePointAt(0)!;
    return code >= 0xdc80 && code <= 0xdcff ? Uint8Array.of(code - 0xdc00) : Buffer.from(character);
  });
  return Buffer.concat(parts);
}

/** The default operator domain is "" in files, sometimes "ai.onnx", and "onnx" in the graph. */
export function domainName(inFile: string): string {
  return inFile === "" || inFile === "ai.onnx" ? "onnx" : inFile;
}

export function domainInFile(domain: string): string {
  return domain === "onnx" ? "" : domain;
}

const plainSymbol = /^[A-Za-z_?][\w.?]*$/;

/** A dim_param as a symbolic size: as it is, or between backquotes where it is no plain name. "?" says nothing. */
export function dimOfParam(param: string): Dim {
  if (param === "" || param === "?") return undefined;
  return plainSymbol.test(param) ? param : `\`${param.replaceAll("`", "``")}\``;
}

/** The dim_param for a symbolic size; undefined for a derived expression, which files cannot say. */
export function paramOfDim(dim: string): string | undefined {
  if (plainSymbol.test(dim)) return dim;
  const quoted = /^`((?:[^`]|``)+)`$/.exec(dim);
  return quoted?.[1]?.replaceAll("``", "`");
}
