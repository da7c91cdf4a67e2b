import { MemorySource } from "@pare/tensor";
import { expect, test } from "vitest";
import { change, changeOne, changeTexts, dropped, keep, layout, textPayload } from "./layout.ts";
import { ropeBytes } from "./save.ts";
import { schema } from "./schema.ts";
import { WireReader } from "./wire.ts";

const { input, output, name, op_type } = schema.NodeProto;
/** Fields of a node as letters: "1a" is an input "a", "2b" an output "b", "3c" the name "c". */
const bytesOf = (text: string) =>
  Uint8Array.from(text.split(" ").flatMap(([id, letter]) => [Number(id) * 8 + 2, 1, letter!.charCodeAt(0)]));
const textOf = (bytes: Uint8Array) =>
  Array.from({ length: bytes.length / 3 }, (_, i) => `${bytes[3 * i]! >> 3}${String.fromCharCode(bytes[3 * i + 2]!)}`);

/** Lays `before` out anew; items are the letters of `now`, found by their letter. */
function laidOut(before: string, now: readonly string[], ordered: boolean) {
  const bytes = bytesOf(before);
  const wire = new WireReader(new MemorySource(bytes), "file");
  const items = now.map((letter) => ({ letter }));
  const rope = layout({ wire, spans: [{ from: 0, to: bytes.length }] }, [
    change(input, {
      items,
      ordered,
      match: (field) => (wire.text(field) === "k" ? keep : items.find(({ letter }) => letter === wire.text(field))),
      payload: ({ letter }, field) => (field ? textPayload(letter) : textPayload(letter.toUpperCase())),
    }),
  ]);
  return textOf(ropeBytes(rope)).join(" ");
}

// A capital letter: an item that is written away from the field that it was read from, or has none.
test.each([
  ["unchanged, among other fields", "1a 2x 1b 3n", ["a", "b"], "1a 2x 1b 3n"],
  ["one gone", "1a 2x 1b 3n", ["b"], "2x 1b 3n"],
  ["new ones follow the last of their kind", "1a 2x 1b 3n", ["a", "b", "c"], "1a 2x 1b 1C 3n"],
  ["none was there", "2x 3n", ["c"], "2x 3n 1C"],
  ["left alone", "1k 2x 1b", ["b"], "1k 2x 1b"],
] as const)("%s, in either way", (_, before, now, after) => {
  expect(laidOut(before, now, true)).toBe(after);
  expect(laidOut(before, now, false)).toBe(after);
});

test("an order is kept where one is asked for", () => {
  expect(laidOut("1a 2x 1b 1c", ["c", "a", "b"], false)).toBe("1a 2x 1b 1c");
  expect(laidOut("1a 2x 1b 1c", ["c", "a", "b"], true)).toBe("1C 1a 2x 1b");
  expect(laidOut("1a 2x 1b", ["n", "a", "b"], true)).toBe("1N 1a 2x 1b");
});

test("several fields at once, and a message from nothing", () => {
  const changes = [
    changeTexts(input, ["p", "q"]),
    changeOne(name, "m", textPayload),
    changeOne(op_type, undefined, textPayload),
    dropped(output),
  ];
  const bytes = bytesOf("4o 1a 2x 3n 1b");
  const wire = new WireReader(new MemorySource(bytes), "file");
  const rope = layout({ wire, spans: [{ from: 0, to: bytes.length }] }, changes);
  expect(textOf(ropeBytes(rope)).join(" ")).toBe("3m 1p 1q");
  expect(textOf(ropeBytes(layout(undefined, changes))).join(" ")).toBe("1p 1q 3m");
});

test("bytes that did not change are one range of the source", () => {
  const bytes = bytesOf("1a 2x 1b");
  const source = new MemorySource(bytes);
  const span = { from: 0, to: bytes.length };
  const same = changeOne(output, "x", () => layout(undefined, []).range(source, { from: 5, to: 6 }));
  expect(layout({ wire: new WireReader(source, "file"), spans: [span] }, [same]).isRange(source, span)).toBe(true);
});
