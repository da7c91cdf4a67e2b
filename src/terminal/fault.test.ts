import { readFileSync } from "node:fs";
import { PareError } from "@pare/error";
import { expect, test } from "vitest";
import { failureOf } from "./fault.ts";

test("a fault of the input ends with 2, one of the runtime with 3", () => {
  const input = failureOf(new PareError({ code: "A", problem: "no" }));
  expect(input).toMatchObject({ exitCode: 2, text: "A: no." });
  expect(failureOf(new PareError({ code: "B", kind: "failure", problem: "no" })).exitCode).toBe(3);
});

test("what the system refuses is the user's matter, with the path", () => {
  let thrown: unknown;
  try {
    readFileSync("no/such/file");
  } catch (error) {
    thrown = error;
  }
  expect(failureOf(thrown)).toMatchObject({
    exitCode: 2,
    text: "FILE_MISSING at no/such/file: there is no such file or folder. Check the path.",
  });
});

test("everything else is our fault, and says so", () => {
  expect(failureOf(new TypeError("x is undefined."))).toMatchObject({
    exitCode: 3,
    fault: { code: "INTERNAL", kind: "failure" },
    text: expect.stringMatching(/^INTERNAL: pare failed: x is undefined\. This is a fault of pare/),
  });
  expect(failureOf("a string").text).toMatch(/^INTERNAL: pare failed: a string\./);
});
