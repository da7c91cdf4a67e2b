import { describe, expect, it } from "vitest";
import { fitColumns } from "./table.ts";

describe("fitColumns", () => {
  const rows = [
    ["", "a", "b"],
    ["rate (1)", "about 225 /s (418 of 459 requests)", "3 /s (2 to 4)"],
    ["size", "1 MB", "2 MB"],
  ];

  it("leaves rows as they are where they fit", () => {
    expect(fitColumns(rows, 80)[1]).toBe("rate (1)  about 225 /s (418 of 459 requests)  3 /s (2 to 4)");
  });

  it("puts what is in brackets below, except in labels", () => {
    expect(fitColumns(rows, 50)).toEqual([
      "                              a         b",
      "rate (1)           about 225 /s      3 /s",
      "          (418 of 459 requests)  (2 to 4)",
      "size                       1 MB      2 MB",
    ]);
  });
});
