import { atLeast } from "./bounds.ts";
import {
  type Atom,
  add,
  asAtom,
  asNumber,
  commonFactor,
  constant,
  divideExactly,
  divideTerms,
  gcd,
  multiply,
  ofAtom,
  type Polynomial,
  sameTerms,
  scale,
  zero,
} from "./polynomial.ts";
import { polynomialText, quoted } from "./print.ts";

export function nameAtom(name: string): Atom {
  return { kind: "name", name, text: quoted(name) };
}

/**
 * floor(over / by), in one form: whole parts outside (floor((8*h + 3)/4) is 2*h), the remainder's coefficients from 0
 * up to the divisor, nested floors flattened, common factors cancelled. Undefined for a division by zero.
 */
export function floorDivide(over: Polynomial, by: Polynomial): Polynomial | undefined {
  const divisor = asNumber(by);
  if (divisor === 0) return undefined;
  if (divisor !== undefined) {
    return divisor < 0 ? floorByNumber(scale(over, -1), -divisor) : floorByNumber(over, divisor);
  }
  const whole = divideExactly(over, by);
  if (whole !== undefined) return whole;
  const factor = commonFactor([over, by]);
  if (factor.coefficient > 1 || factor.atoms.length > 0) {
    const cancel = (p: Polynomial) => p.flatMap((term) => divideTerms(term, factor) ?? []);
    return floorDivide(cancel(over), cancel(by));
  }
  return ofAtom(floorAtom(over, by));
}

/** ceil(over / by), as floor((over + by − 1) / by). */
export function ceilDivide(over: Polynomial, by: Polynomial): Polynomial | undefined {
  const divisor = asNumber(by);
  if (divisor === undefined || divisor < 0) {
    const down = floorDivide(scale(over, -1), by);
    return down && scale(down, -1);
  }
  return floorDivide(add(over, constant(divisor - 1)), by);
}

function floorByNumber(over: Polynomial, divisor: number): Polynomial {
  // floor(−h/2) is −floor((h + 1)/2), which is how ceil(h/2) is written.
  const lead = over[0];
  if (lead !== undefined && lead.atoms.length > 0 && lead.coefficient < 0)
    return scale(floorByNumber(add(scale(over, -1), constant(divisor - 1)), divisor), -1);
  let whole = zero;
  let rest = zero;
  for (const term of over) {
    const quotient = Math.floor(term.coefficient / divisor);
    whole = add(whole, quotient === 0 ? zero : [{ coefficient: quotient, atoms: term.atoms }]);
    const remainder = term.coefficient - quotient * divisor;
    rest = add(rest, remainder === 0 ? zero : [{ coefficient: remainder, atoms: term.atoms }]);
  }
  const symbolic = rest.filter((term) => term.atoms.length > 0);
  if (symbolic.length === 0) return whole;
  const offset = rest.find((term) => term.atoms.length === 0)?.coefficient ?? 0;
  const shared = symbolic.reduce((sum, term) => gcd(sum, term.coefficient), divisor);
  const smaller = divisor / shared;
  const scaled = symbolic.map((term) => ({ coefficient: term.coefficient / shared, atoms: term.atoms }));
  const inner = add(scaled, constant(Math.floor(offset / shared)));
  if (smaller === 1) return add(whole, inner);
  if (shared > 1) return add(whole, floorByNumber(inner, smaller));
  return add(
    whole,
    flattened(scaled, Math.floor(offset / shared), smaller) ?? ofAtom(floorAtom(inner, constant(smaller))),
  );
}

/** floor((floor(x/m) + k) / n) is floor((x + k*m) / (m*n)). */
function flattened(symbolic: Polynomial, offset: number, divisor: number): Polynomial | undefined {
  const nested = asAtom(symbolic);
  if (nested?.kind !== "floor") return undefined;
  const by = asNumber(nested.by);
  return by === undefined ? undefined : floorByNumber(add(nested.over, constant(offset * by)), by * divisor);
}

function floorAtom(over: Polynomial, by: Polynomial): Atom {
  const wrapped = (p: Polynomial, single: boolean) => (single ? polynomialText(p) : `(${polynomialText(p)})`);
  const simple = asNumber(by) !== undefined || asAtom(by) !== undefined;
  return { kind: "floor", over, by, text: `floor(${wrapped(over, over.length === 1)}/${wrapped(by, simple)})` };
}

/** The largest of all, without those that another is never below. */
export function maximum(args: readonly Polynomial[]): Polynomial {
  return extreme("max", args, (kept, other) => atLeast(kept, other));
}

export function minimum(args: readonly Polynomial[]): Polynomial {
  return extreme("min", args, (kept, other) => atLeast(other, kept));
}

function extreme(
  kind: "max" | "min",
  args: readonly Polynomial[],
  covers: (kept: Polynomial, other: Polynomial) => boolean,
): Polynomial {
  const kept: Polynomial[] = [];
  for (const arg of flatArgs(kind, args)) {
    if (kept.some((other) => covers(other, arg))) continue;
    const left = kept.filter((other) => !covers(arg, other));
    kept.splice(0, kept.length, ...left, arg);
  }
  return ofArgs(kind, kept);
}

/** The size that axes of these sizes have together: 1 gives way to the others, which are equal. */
export function broadcasted(args: readonly Polynomial[]): Polynomial {
  const flat = flatArgs("broadcast", args).filter((arg) => asNumber(arg) !== 1);
  if (flat.length === 0) return constant(1);
  const known = flat.find((arg) => asNumber(arg) !== undefined);
  if (known !== undefined) return known;
  const different = flat.filter((arg, i) => flat.findIndex((other) => sameTerms(other, arg)) === i);
  return ofArgs("broadcast", different);
}

function flatArgs(kind: Atom["kind"], args: readonly Polynomial[]): Polynomial[] {
  return args.flatMap((arg) => {
    const atom = asAtom(arg);
    return atom !== undefined && atom.kind === kind && "args" in atom ? atom.args : [arg];
  });
}

function ofArgs(kind: "max" | "min" | "broadcast", args: readonly Polynomial[]): Polynomial {
  if (args.length === 1) return args[0]!;
  const sorted = args
    .map((arg) => ({ arg, text: polynomialText(arg) }))
    .sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  const text = `${kind}(${sorted.map((entry) => entry.text).join(", ")})`;
  return ofAtom({ kind, text, args: sorted.map((entry) => entry.arg) });
}

/** `p` with names replaced. Undefined where a division by zero comes out, or axes that cannot be broadcast. */
export function substitute(p: Polynomial, by: ReadonlyMap<string, Polynomial>): Polynomial | undefined {
  let sum = zero;
  for (const term of p) {
    let product = constant(term.coefficient);
    for (const atom of term.atoms) {
      const value = substituteAtom(atom, by);
      if (value === undefined) return undefined;
      product = multiply(product, value);
    }
    sum = add(sum, product);
  }
  return sum;
}

function substituteAtom(atom: Atom, by: ReadonlyMap<string, Polynomial>): Polynomial | undefined {
  if (atom.kind === "name") return by.get(atom.name) ?? ofAtom(atom);
  if (atom.kind === "floor") {
    const over = substitute(atom.over, by);
    const divisor = substitute(atom.by, by);
    return over && divisor && floorDivide(over, divisor);
  }
  const args = atom.args.map((arg) => substitute(arg, by));
  if (!args.every((arg) => arg !== undefined)) return undefined;
  if (atom.kind === "max") return maximum(args);
  if (atom.kind === "min") return minimum(args);
  const numbers = new Set(args.map(asNumber).filter((size) => size !== undefined && size !== 1));
  return numbers.size > 1 ? undefined : broadcasted(args);
}

/** Every name in `p`, inside floors and maxima too. */
export function namesOf(p: Polynomial, into: Set<string> = new Set()): Set<string> {
  for (const atom of p.flatMap((term) => term.atoms)) {
    if (atom.kind === "name") into.add(atom.name);
    else for (const part of atom.kind === "floor" ? [atom.over, atom.by] : atom.args) namesOf(part, into);
  }
  return into;
}
