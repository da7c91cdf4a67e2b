import { describe, expect, test } from "vitest";
import { decodeText, dimOfParam, domainInFile, domainName, encodeText, paramOfDim } from "./text.ts";

const decode = (...bytes: number[]) => decodeText(Uint8Array.from(bytes), 0, bytes.length);

describe("text", () => {
  test.each([
    ["ascii", [0x61, 0x62], "ab"],
    ["UTF-8", [0xc3, 0x9f, 0xf0, 0x9f, 0x90, 0xb1], "ß🐱"],
    ["a replacement character that really stands there", [0xef, 0xbf, 0xbd], "\ufffd"],
    ["a byte order mark is kept", [0xef, 0xbb, 0xbf, 0x61], "\ufeffa"],
    ["Latin-1", [0x6c, 0xe4, 0x6e], "l\udce4n"],
    ["a cut sequence", [0xe4, 0xb8], "\udce4\udcb8"],
    ["an overlong slash", [0xc0, 0xaf], "\udcc0\udcaf"],
    ["an encoded surrogate", [0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
  ])("%s reads, and gives the same bytes again", (_, bytes, text) => {
    expect(decode(...bytes)).toBe(text);
    expect([...encodeText(text)]).toEqual(bytes);
  });

  test("only the part that is asked for is decoded", () => {
    expect(decodeText(Uint8Array.of(0x61, 0x62, 0x63), 1, 2)).toBe("b");
  });
});

test("the default domain has one name in the graph", () => {
  expect(["", "ai.onnx", "com.microsoft"].map(domainName)).toEqual(["onnx", "onnx", "com.microsoft"]);
  expect(["onnx", "com.microsoft"].map(domainInFile)).toEqual(["", "com.microsoft"]);
});

test.each([
  ["batch", "batch"],
  ["unk__6", "unk__6"],
  ["floor(h/32)", "`floor(h/32)`"],
  ["batch size", "`batch size`"],
  ["a`b", "`a``b`"],
  ["224", "`224`"],
])("dim_param %s is the symbol %s, and back", (param, symbol) => {
  expect(dimOfParam(param)).toBe(symbol);
  expect(paramOfDim(symbol)).toBe(param);
});

test("what says nothing is unknown, and a derived size is no dim_param", () => {
  expect([dimOfParam(""), dimOfParam("?")]).toEqual([undefined, undefined]);
  expect(["2*h", "`a` + `b`", "`a`*`b`"].map(paramOfDim)).toEqual([undefined, undefined, undefined]);
});
