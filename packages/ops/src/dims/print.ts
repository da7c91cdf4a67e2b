import type { Polynomial, Term } from "./polynomial.ts";

const plainName = /^[A-Za-z_?][\w.?]*$/;

/** A name as it stands in an expression: as it is, or between backquotes where it has other characters. */
export function quoted(name: string): string {
  return plainName.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

/** "2*batch*height - width + 3". */
export function polynomialText(p: Polynomial): string {
  if (p.length === 0) return "0";
  return p.map((term, i) => `${sign(term, i === 0)}${termText(term)}`).join("");
}

function sign(term: Term, first: boolean): string {
  if (first) return term.coefficient < 0 ? "-" : "";
  return term.coefficient < 0 ? " - " : " + ";
}

function termText({ coefficient, atoms }: Term): string {
  const size = Math.abs(coefficient);
  const factors = atoms.map((atom) => atom.text);
  return (size === 1 && factors.length > 0 ? factors : [size, ...factors]).join("*");
}
