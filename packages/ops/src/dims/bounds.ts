import { type Atom, add, asNumber, type Polynomial, scale, subtract, type Term } from "./polynomial.ts";

/** Whether `a` is at least `b` whatever the sizes are (names stand for sizes: never negative). False: not proved. */
export function atLeast(a: Polynomial, b: Polynomial): boolean {
  return lowerBound(subtract(a, b)) >= 0;
}

/** A number that `p` is never below; −∞ where none is found. */
export function lowerBound(p: Polynomial, depth = 4): number {
  const plain = p.reduce((sum, term) => sum + termLowerBound(term), 0);
  if (plain > Number.NEGATIVE_INFINITY || depth === 0) return plain;
  const relaxed = p.findIndex((term) => term.coefficient < 0 && relaxations(term).length > 0);
  if (relaxed < 0) return plain;
  const others = p.filter((_, i) => i !== relaxed);
  const bounds = relaxations(p[relaxed]!).map(
    ({ times, instead }) => lowerBound(add(scale(others, times), instead), depth - 1) / times,
  );
  return Math.max(...bounds);
}

/** What `times` a negative term is never below: −floor(x/n) ≥ −x/n; −min(a, b) ≥ −a and ≥ −b. */
function relaxations(term: Term): readonly { times: number; instead: Polynomial }[] {
  const atom = term.atoms[0];
  if (term.atoms.length !== 1 || atom === undefined) return [];
  if (atom.kind === "min") return atom.args.map((arg) => ({ times: 1, instead: scale(arg, term.coefficient) }));
  const by = atom.kind === "floor" ? asNumber(atom.by) : undefined;
  return atom.kind === "floor" && by !== undefined ? [{ times: by, instead: scale(atom.over, term.coefficient) }] : [];
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
