import { type Atom, add, asNumber, constant, type Polynomial, scale, subtract, type Term } from "./polynomial.ts";

/** Whether `a` is at least `b` whatever the sizes are (names stand for sizes: never negative). False: not proved. */
export function atLeast(a: Polynomial, b: Polynomial): boolean {
  return lowerBound(subtract(a, b)) >= 0;
}

/** A number that `p` is never below; −∞ where none is found in `steps.left` steps. */
export function lowerBound(p: Polynomial, depth = 4, steps = { left: 200 }): number {
  const plain = p.reduce((sum, term) => sum + termLowerBound(term), 0);
  if (plain > Number.NEGATIVE_INFINITY || depth === 0 || steps.left-- <= 0) return plain;
  for (const [i, term] of p.entries()) {
    const instead = replacements(term);
    if (instead === undefined) continue;
    const others = scale(
      p.filter((_, k) => k !== i),
      instead.times,
    );
    const bounds = instead.terms.map((other) => lowerBound(add(others, other), depth - 1, steps) / instead.times);
    const bound = instead.choose(...bounds);
    if (bound > Number.NEGATIVE_INFINITY) return bound;
  }
  return plain;
}

/** What may stand for `times` a term in a lower bound: the best of them, or where any may be the case, the worst. */
interface Replacements {
  readonly times: number;
  readonly terms: readonly Polynomial[];
  readonly choose: (...bounds: number[]) => number;
}

/** max(a, b) is a or b, and at least each of them; −floor(x/n) is at least −x/n, floor(x/n) at least (x − n + 1)/n. */
function replacements({ coefficient, atoms }: Term): Replacements | undefined {
  const [atom] = atoms;
  if (atoms.length !== 1 || atom === undefined) return undefined;
  if (atom.kind === "max" || atom.kind === "min") {
    const best = (atom.kind === "max") === coefficient > 0;
    return { times: 1, terms: atom.args.map((arg) => scale(arg, coefficient)), choose: best ? Math.max : Math.min };
  }
  const by = atom.kind === "floor" ? asNumber(atom.by) : undefined;
  if (atom.kind !== "floor" || by === undefined) return undefined;
  const over = coefficient < 0 ? atom.over : add(atom.over, constant(1 - by));
  return { times: by, terms: [scale(over, coefficient)], choose: Math.max };
}

function termLowerBound({ coefficient, atoms }: Term): number {
  if (atoms.length === 0) return coefficient;
  if (coefficient < 0) return Number.NEGATIVE_INFINITY;
  const bounds = atoms.map(atomLowerBound);
  if (bounds.length === 1) return coefficient * bounds[0]!;
  return bounds.every((bound) => bound >= 0)
    ? bounds.reduce((product, bound) => product * bound, coefficient)
    : Number.NEGATIVE_INFINITY;
}

function atomLowerBound(atom: Atom): number {
  switch (atom.kind) {
    case "name":
    case "broadcast":
      return 0;
    case "max":
      return Math.max(...atom.args.map((arg) => lowerBound(arg, 1)));
    case "min":
      return Math.min(...atom.args.map((arg) => lowerBound(arg, 1)));
    case "floor": {
      const over = lowerBound(atom.over, 1);
      const by = asNumber(atom.by);
      if (by !== undefined) return Math.floor(over / by);
      return over >= 0 && lowerBound(atom.by, 1) >= 0 ? 0 : Number.NEGATIVE_INFINITY;
    }
  }
}
