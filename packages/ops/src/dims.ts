/**
 * Sizes of axes, as numbers or as symbols: addDims("h", 1) is "h + 1"; floorDivDims("8*h", 4) is "2*h".
 *
 * The text of a symbolic size is canonical: an integer polynomial over names (`name` where it has odd characters),
 * floor(a/n), max(a, b), min(a, b) and broadcast(a, b). Equal texts are equal sizes, and polynomials that are equal
 * have equal texts. Undefined is "unknown": whatever it goes into comes out unknown. Names stand for sizes, so they
 * are never negative.
 */
import { isPareError } from "@pare/error";
import type { Dim } from "@pare/ir";
import { broadcasted, ceilDivide, floorDivide, maximum, minimum, nameAtom, namesOf, substitute } from "./dims/atoms.ts";
import { lowerBound } from "./dims/bounds.ts";
import { parsePolynomial } from "./dims/parse.ts";
import {
  add,
  asNumber,
  constant,
  divideExactly,
  multiply,
  ofAtom,
  type Polynomial,
  subtract,
} from "./dims/polynomial.ts";
import { polynomialText } from "./dims/print.ts";

/** Larger expressions say nothing to anybody and cost time: they become unknown. */
const longestText = 400;
const cacheEntries = 4096;
const cache = new Map<string, Polynomial | undefined>();

function read(dim: number | string): Polynomial | undefined {
  if (typeof dim === "number") return Number.isSafeInteger(dim) ? constant(dim) : undefined;
  if (cache.has(dim)) return cache.get(dim);
  if (cache.size >= cacheEntries) cache.clear();
  const parsed = parseShort(dim);
  cache.set(dim, parsed);
  return parsed;
}

function parseShort(text: string): Polynomial | undefined {
  return text.length > 4 * longestText ? undefined : unlessTooLarge(() => parsePolynomial(text));
}

/** Sizes whose expressions grow out of hand are unknown. */
function unlessTooLarge<T>(make: () => T | undefined): T | undefined {
  try {
    return make();
  } catch (error) {
    if (isPareError(error) && error.fault.code === "OPS_SIZE") return undefined;
    throw error;
  }
}

function write(p: Polynomial | undefined): Dim {
  if (p === undefined || p.some((term) => !Number.isSafeInteger(term.coefficient))) return undefined;
  const number = asNumber(p);
  if (number !== undefined) return number;
  if (p.length > 32) return undefined;
  const text = polynomialText(p);
  if (text.length > longestText) return undefined;
  if (cache.size >= cacheEntries) cache.clear();
  cache.set(text, p);
  return text;
}

type Operation = (a: Polynomial, b: Polynomial) => Polynomial | undefined;

const results = new Map<Operation, Map<string, Dim>>();

/** A network repeats its sizes layer after layer: results are kept. */
function binary(a: Dim, b: Dim, how: Operation): Dim {
  if (a === undefined || b === undefined) return undefined;
  const key = `${String(a).length};${a};${b}`;
  const kept = results.get(how) ?? new Map<string, Dim>();
  if (kept.has(key)) return kept.get(key);
  if (kept.size >= cacheEntries) kept.clear();
  const x = read(a);
  const y = read(b);
  const result = x && y && write(unlessTooLarge(() => how(x, y)));
  kept.set(key, result);
  results.set(how, kept);
  return result;
}

const larger: Operation = (x, y) => maximum([x, y]);
const smaller: Operation = (x, y) => minimum([x, y]);
const together: Operation = (x, y) => broadcasted([x, y]);

export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a + b;
  if (b === 0) return a;
  return a === 0 ? b : binary(a, b, add);
}

export function subDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return b === 0 ? a : binary(a, b, subtract);
}

export function mulDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return a * b + 0; // −0 is 0
  if (a === 0 || b === 0) return 0;
  if (b === 1) return a;
  return a === 1 ? b : binary(a, b, multiply);
}

/** floor(a / b). */
export function floorDivDims(a: Dim, b: Dim): Dim {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return Math.floor(a / b) + 0;
  return b === 1 ? a : binary(a, b, floorDivide);
}

/** ceil(a / b). */
export function ceilDivDims(a: Dim, b: Dim): Dim {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return Math.ceil(a / b) + 0;
  return b === 1 ? a : binary(a, b, ceilDivide);
}

/** a / b where it is whole whatever the symbols are; else undefined. */
export function exactDivDims(a: Dim, b: Dim): Dim {
  if (b === 0) return undefined;
  if (typeof a === "number" && typeof b === "number") return a % b === 0 ? a / b : undefined;
  return b === 1 ? a : binary(a, b, divideExactly);
}

/** a − n·floor(a / n), which is never negative for a positive n. */
export function modDims(a: Dim, n: Dim): Dim {
  return subDims(a, mulDims(n, floorDivDims(a, n)));
}

export function maxDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return Math.max(a, b);
  return a === b ? a : binary(a, b, larger);
}

/** A number of 2^53 − 1 stands for "to the end" (saturated 64-bit integers) and gives way to any symbol. */
export function minDims(a: Dim, b: Dim): Dim {
  if (typeof a === "number" && typeof b === "number") return Math.min(a, b);
  if (a === Number.MAX_SAFE_INTEGER || a === b) return b;
  if (b === Number.MAX_SAFE_INTEGER) return a;
  return binary(a, b, smaller);
}

/** The size of two axes broadcast together: the one that is not 1. Unknown where they cannot be. */
export function broadcastDims(a: Dim, b: Dim): Dim {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === "number" && typeof b === "number") return undefined;
  if (typeof a === "number") return a;
  if (typeof b === "number") return b;
  return binary(a, b, together);
}

export function productDims(dims: readonly Dim[]): Dim {
  // Zero wins over unknown only when nothing is unknown: a product with an unknown factor and a zero is zero.
  return dims.includes(0) ? 0 : dims.reduce(mulDims, 1);
}

/** Whether two sizes are equal for every, or for no, choice of the symbols; undefined where that depends. */
export function equalDims(a: Dim, b: Dim): boolean | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return true;
  const difference = subDims(a, b);
  if (typeof difference === "number") return difference === 0;
  if (difference === undefined) return undefined;
  const away = lowestOf(difference) > 0 || lowestOf(subDims(b, a)) > 0;
  return away ? false : undefined;
}

/** Whether `a` is at least `b` for every, or for no, choice of the symbols; undefined where that depends. */
export function atLeastDims(a: Dim, b: Dim): boolean | undefined {
  if (lowestOf(subDims(a, b)) >= 0) return true;
  return lowestOf(subDims(b, a)) > 0 ? false : undefined;
}

/** A number that the size is never below; −∞ where none is known. */
export function lowestOf(dim: Dim): number {
  if (typeof dim === "number") return dim;
  const p = dim === undefined ? undefined : read(dim);
  return p === undefined ? Number.NEGATIVE_INFINITY : lowerBound(p);
}

/** `dim` with names replaced by sizes. Unknown where that divides by zero or broadcasts unequal sizes. */
export function substituteDim(dim: Dim, sizes: ReadonlyMap<string, number | string>): Dim {
  if (typeof dim !== "string") return dim;
  const p = read(dim);
  const by = new Map(
    [...sizes].flatMap(([name, size]) => {
      const value = read(size);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  return p && write(unlessTooLarge(() => substitute(p, by)));
}

/** The names in a symbolic size. */
export function symbolsOf(dim: Dim): ReadonlySet<string> {
  const p = typeof dim === "string" ? read(dim) : undefined;
  return p === undefined ? new Set() : namesOf(p);
}

/** Reads an expression and gives its canonical text; undefined where it is not an expression. */
export function parseDim(text: string): Dim {
  return write(parseShort(text));
}

/** The size that has this name, whatever its characters. */
export function namedDim(name: string): Dim {
  return write(ofAtom(nameAtom(name)));
}

/**
 * A size as a file declares it: expressions ("past + 1") are brought to canonical form, other text is a name. Unknown
 * are negative numbers and the names that writers use for "no idea": "", "?", "-1", "None".
 */
export function declaredDim(dim: Dim): Dim {
  if (typeof dim === "number") return dim < 0 ? undefined : dim;
  if (dim === undefined || /^\s*(\?.*|-\d+|None)?$/.test(dim)) return undefined;
  // "batch-size" is one name; "batch - 1" is an expression.
  const p = /\w-\w/.test(dim.replaceAll(/`(?:[^`]|``)+`/g, "q")) ? undefined : parseShort(dim);
  return (p && write(p)) ?? namedDim(dim);
}

/** Names that inference makes up for sizes without one; they mean nothing outside it and are never written to files. */
export function isMadeUp(name: string): boolean {
  return name.startsWith("?");
}

/** Whether a size can stand in a file: it has no made-up name in it. */
export function isDeclarable(dim: Dim): boolean {
  return ![...symbolsOf(dim)].some(isMadeUp);
}
