import type { PareError } from "@pare/error";
import type * as z from "zod";
import type { Path, SourceDocument } from "./document.ts";
import { recipeKeyError, recipeMissingKeyError, recipeNameError, recipeValueError } from "./errors.ts";

export interface IssueContext {
  readonly source: SourceDocument;
  /** Where the checked value stands in the document. */
  readonly base: Path;
  /** The same place as the error names it: `steps[2].granularity`, though the file has the pass's name in between. */
  readonly shown: Path;
  readonly value: unknown;
  /** "a recipe", "quantize/static": whose options these are. */
  readonly owner: string;
  readonly keysAt: (path: Path) => readonly string[];
}

/** The first thing that the schema found wrong, in the project's own words and with its line. */
export function issueError(issue: z.core.$ZodIssue, context: IssueContext): PareError {
  if (issue.code === "invalid_union") return unionError(issue, context);
  const path = issue.path.filter((part): part is string | number => typeof part !== "symbol");
  const place = (...key: readonly string[]) =>
    context.source.place([...context.base, ...path, ...key], [...context.shown, ...path, ...key]);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    return recipeKeyError(place(key), key, ownerOf(path, context.owner), context.keysAt(path));
  }
  const actual = valueAt(context.value, path);
  if (actual === undefined) return recipeMissingKeyError(place(), expectation(issue));
  if (issue.code === "invalid_value" && typeof actual === "string" && issue.values.length > 1)
    return recipeNameError(place(), nounOf(path), actual, issue.values.map(String));
  return recipeValueError(place(), expectation(issue), describeValue(actual));
}

/** "scenario" at measure[0].scenario; an index, as at evaluate[0], is no name for what is wrong. */
function nounOf(path: Path): string {
  const last = path.at(-1);
  return typeof last === "string" ? last : "value";
}

/** A key that is not known comes first: what is missing beside it may be what it was meant to be. */
export function firstIssue<Issue extends z.core.$ZodIssue>(issues: readonly Issue[]): Issue | undefined {
  return issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
}

/** What is wrong with the alternative that is meant; where that cannot be told, what the alternatives begin with. */
function unionError(issue: z.core.$ZodIssueInvalidUnion, context: IssueContext): PareError {
  const path = issue.path.filter((part): part is string | number => typeof part !== "symbol");
  const value = valueAt(context.value, path);
  const possible = issue.errors.filter((issues) => !issues.some((each) => isOtherType(each, value)));
  const [closest] = possible.toSorted((a, b) => strangers(a) - strangers(b));
  const named = possible.flat().find(({ code, path }) => code === "invalid_value" && path.length === 0);
  if (named !== undefined) return issueError({ ...named, path }, context);
  const isTold = possible.length === 1 || context.keysAt(path).length > 0;
  const first = closest && firstIssue(closest);
  if (first !== undefined && isTold) return issueError({ ...first, path: [...path, ...first.path] }, context);
  const keys = possible.flatMap((issues) => issues.find((each) => each.path.length === 1)?.path[0]?.toString() ?? []);
  const place = context.source.place([...context.base, ...path], [...context.shown, ...path]);
  const choices = new Intl.ListFormat("en", { type: "disjunction" }).format(keys);
  const expected = keys.length > 0 ? `a map with ${choices}` : expectation(issue.errors.flat()[0] ?? issue);
  return recipeValueError(place, expected, describeValue(value));
}

/** The alternative is for text, and this is a map, or the other way round. */
function isOtherType(issue: z.core.$ZodIssue, value: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === "invalid_union")
    return issue.errors.every((issues) => issues.some((each) => isOtherType(each, value)));
  return issue.code === "invalid_type" || (issue.code === "invalid_value" && typeof value === "object");
}

function strangers(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 0), 0);
}

/** `data.test` rather than the whole recipe where the key stands deeper. */
function ownerOf(path: Path, owner: string): string {
  const names = path.filter((part) => typeof part === "string");
  return names.length === 0 ? owner : names.join(".");
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return articles[issue.expected] ?? issue.expected;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      if (issue.origin === "string") return "some text";
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "invalid_format":
      return issue.message;
    default:
      return issue.message.replace(/^Invalid input: expected /, "");
  }
}

const articles: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of options",
};

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, part) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, part) : undefined),
    value,
  );
}

/** Short enough for one line of an error. */
export function describeValue(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return `a map with ${Object.keys(value).join(", ") || "nothing"}`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
