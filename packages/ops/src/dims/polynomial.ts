/**
 * Integer polynomials over atoms: the inside of symbolic dimensions.
 *
 * Rules: a polynomial is a list of terms in graded-lexical order with coefficients other than 0, each term's atoms
 * sorted by their text. Two polynomials are equal as functions exactly where their terms are equal; atoms such as
 * floor(h/2) are brought to one form when they are made (see atoms.ts), and equal where their texts are.
 */
import { sizeTooLargeError } from "../errors.ts";

export interface Term {
  readonly coefficient: number;
  /** Sorted by text; a power is repeated. */
  readonly atoms: readonly Atom[];
}

export type Polynomial = readonly Term[];

export type Atom =
  | { readonly kind: "name"; readonly text: string; readonly name: string }
  | { readonly kind: "floor"; readonly text: string; readonly over: Polynomial; readonly by: Polynomial }
  | {
      readonly kind: "max" | "min" | "broadcast";
      readonly text: string;
      readonly args: readonly Polynomial[];
    };

export const zero: Polynomial = [];

export function constant(value: number): Polynomial {
  return value === 0 ? zero : [{ coefficient: value, atoms: [] }];
}

export function ofAtom(atom: Atom): Polynomial {
  return [{ coefficient: 1, atoms: [atom] }];
}

/** The number that a polynomial is, or undefined where it has symbols. */
export function asNumber(p: Polynomial): number | undefined {
  if (p.length === 0) return 0;
  const first = p[0]!;
  return p.length === 1 && first.atoms.length === 0 ? first.coefficient : undefined;
}

/** The atom that a polynomial is, if it is one and nothing else. */
export function asAtom(p: Polynomial): Atom | undefined {
  const first = p[0];
  return p.length === 1 && first?.coefficient === 1 && first.atoms.length === 1 ? first.atoms[0] : undefined;
}

export function add(a: Polynomial, b: Polynomial): Polynomial {
  return collect([...a, ...b]);
}

export function scale(p: Polynomial, factor: number): Polynomial {
  if (factor === 0) return zero;
  return p.map((term) => ({ coefficient: term.coefficient * factor, atoms: term.atoms }));
}

export function subtract(a: Polynomial, b: Polynomial): Polynomial {
  return add(a, scale(b, -1));
}

/** Products of more terms than this are refused: (a + b + …)^8 would never end. */
const mostTerms = 4096;

/** @throws OPS_SIZE */
export function multiply(a: Polynomial, b: Polynomial): Polynomial {
  if (a.length * b.length > mostTerms) throw sizeTooLargeError(a.length * b.length, mostTerms);
  return collect(a.flatMap((x) => b.map((y) => multiplyTerms(x, y))));
}

function multiplyTerms(a: Term, b: Term): Term {
  const atoms = a.atoms.length === 0 ? b.atoms : b.atoms.length === 0 ? a.atoms : sortAtoms([...a.atoms, ...b.atoms]);
  return { coefficient: a.coefficient * b.coefficient, atoms };
}

/** `a / b` where that is a polynomial with integer coefficients; else undefined. */
export function divideExactly(a: Polynomial, b: Polynomial): Polynomial | undefined {
  const lead = b[0];
  if (lead === undefined) return undefined;
  let rest = a;
  const quotient: Term[] = [];
  while (rest.length > 0) {
    const step = divideTerms(rest[0]!, lead);
    if (step === undefined || quotient.length > 64) return undefined;
    quotient.push(step);
    rest = subtract(rest, multiply([step], b));
  }
  return collect(quotient);
}

/** `a / b`, if whole. */
export function divideTerms(a: Term, b: Term): Term | undefined {
  if (a.coefficient % b.coefficient !== 0) return undefined;
  const left = withoutAtoms(a.atoms, b.atoms);
  return left && { coefficient: a.coefficient / b.coefficient, atoms: left };
}

function withoutAtoms(from: readonly Atom[], atoms: readonly Atom[]): Atom[] | undefined {
  const left = [...from];
  for (const atom of atoms) {
    const at = left.findIndex((other) => other.text === atom.text);
    if (at < 0) return undefined;
    left.splice(at, 1);
  }
  return left;
}

/** The largest term that divides every term of all of `polynomials`, with a positive coefficient. */
export function commonFactor(polynomials: readonly Polynomial[]): Term {
  const terms = polynomials.flat();
  let atoms = terms[0]?.atoms ?? [];
  for (const term of terms) atoms = sharedAtoms(atoms, term.atoms);
  return { coefficient: terms.reduce((sum, term) => gcd(sum, term.coefficient), 0), atoms };
}

function sharedAtoms(a: readonly Atom[], b: readonly Atom[]): Atom[] {
  const left = [...b];
  return a.filter((atom) => {
    const at = left.findIndex((other) => other.text === atom.text);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

export function gcd(a: number, b: number): number {
  let [x, y] = [Math.abs(a), Math.abs(b)];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

export function sameTerms(a: Polynomial, b: Polynomial): boolean {
  return a.length === b.length && subtract(a, b).length === 0;
}

function collect(terms: readonly Term[]): Polynomial {
  const sums = new Map<string, Term>();
  for (const term of terms) {
    const key = term.atoms.map((atom) => atom.text).join("*");
    const sum = (sums.get(key)?.coefficient ?? 0) + term.coefficient;
    sums.set(key, { coefficient: sum, atoms: term.atoms });
  }
  return [...sums.values()].filter((term) => term.coefficient !== 0).sort(compareTerms);
}

/** Higher degree first, then by the atoms' texts: an order that multiplication keeps, as long division needs. */
function compareTerms(a: Term, b: Term): number {
  if (a.atoms.length !== b.atoms.length) return b.atoms.length - a.atoms.length;
  for (const [i, atom] of a.atoms.entries()) {
    const other = b.atoms[i]!;
    if (atom.text !== other.text) return atom.text < other.text ? -1 : 1;
  }
  return 0;
}

function sortAtoms(atoms: Atom[]): Atom[] {
  return atoms.sort((a, b) => (a.text === b.text ? 0 : a.text < b.text ? -1 : 1));
}
