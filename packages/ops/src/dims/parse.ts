import { broadcasted, ceilDivide, floorDivide, maximum, minimum, nameAtom } from "./atoms.ts";
import { add, constant, multiply, ofAtom, type Polynomial, scale, zero } from "./polynomial.ts";

type Token = { readonly kind: "number" | "name" | "quoted" | "sign"; readonly text: string };

const tokenPattern = /\s*(?:(\d+)|([A-Za-z_?][\w.?]*)|`((?:[^`]|``)+)`|(\/\/|\*\*|[-+*/(),]))/y;
const functions = ["floor", "ceil", "max", "min", "broadcast", "Max", "Min"];
const deepest = 64;

/** Reads an expression: + - *, floor(a/n), ceil(a/n), max, min, broadcast; also a//n and a**2. Undefined if it is not one. */
export function parsePolynomial(text: string): Polynomial | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined || tokens.length === 0) return undefined;
  const reader = { tokens, at: 0, depth: 0 };
  const result = sum(reader);
  return reader.at === tokens.length ? result : undefined;
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
}

function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  const source = text.trimEnd();
  for (let at = 0; at < source.length; ) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(source);
    if (match === null) return undefined;
    const [, number, name, quote, sign] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (quote !== undefined) tokens.push({ kind: "quoted", text: quote.replaceAll("``", "`") });
    else tokens.push({ kind: "sign", text: sign ?? "" });
    at = tokenPattern.lastIndex;
  }
  return tokens;
}

function accept(reader: Reader, sign: string): boolean {
  const token = reader.tokens[reader.at];
  if (token?.kind !== "sign" || token.text !== sign) return false;
  reader.at++;
  return true;
}

function sum(reader: Reader): Polynomial | undefined {
  let total: Polynomial = zero;
  let factor = accept(reader, "-") ? -1 : 1;
  for (;;) {
    const next = product(reader);
    if (next === undefined) return undefined;
    total = add(total, scale(next, factor));
    if (accept(reader, "+")) factor = 1;
    else if (accept(reader, "-")) factor = -1;
    else return total;
  }
}

function product(reader: Reader): Polynomial | undefined {
  let total = primary(reader);
  while (total !== undefined) {
    if (accept(reader, "*")) {
      const next = primary(reader);
      total = next && multiply(total, next);
    } else if (accept(reader, "//")) {
      const next = primary(reader);
      total = next && floorDivide(total, next);
    } else if (accept(reader, "**")) total = power(total, reader);
    else break;
  }
  return total;
}

function power(base: Polynomial, reader: Reader): Polynomial | undefined {
  const token = reader.tokens[reader.at++];
  const exponent = token?.kind === "number" ? Number(token.text) : undefined;
  if (exponent === undefined || exponent > 8) return undefined;
  return Array.from({ length: exponent }).reduce<Polynomial>((result) => multiply(result, base), constant(1));
}

function primary(reader: Reader): Polynomial | undefined {
  const token = reader.tokens[reader.at++];
  if (token === undefined || reader.depth > deepest) return undefined;
  if (token.kind === "number")
    return Number.isSafeInteger(Number(token.text)) ? constant(Number(token.text)) : undefined;
  if (token.kind === "quoted") return ofAtom(nameAtom(token.text));
  reader.depth++;
  const result = token.kind === "name" ? nameOrCall(reader, token.text) : parenthesised(reader, token.text);
  reader.depth--;
  return result;
}

function parenthesised(reader: Reader, sign: string): Polynomial | undefined {
  if (sign !== "(") return undefined;
  const inner = sum(reader);
  return accept(reader, ")") ? inner : undefined;
}

function nameOrCall(reader: Reader, name: string): Polynomial | undefined {
  if (!functions.includes(name) || !accept(reader, "(")) return ofAtom(nameAtom(name));
  if (name === "floor" || name === "ceil") return quotient(reader, name);
  const args = [sum(reader)];
  while (accept(reader, ",")) args.push(sum(reader));
  if (!accept(reader, ")") || !args.every((arg) => arg !== undefined)) return undefined;
  if (name === "broadcast") return broadcasted(args);
  return name.toLowerCase() === "max" ? maximum(args) : minimum(args);
}

function quotient(reader: Reader, name: "floor" | "ceil"): Polynomial | undefined {
  const factor = accept(reader, "-") ? -1 : 1;
  const size = product(reader);
  const over = size && scale(size, factor);
  const by = accept(reader, "/") ? primary(reader) : undefined;
  if (over === undefined || by === undefined || !accept(reader, ")")) return undefined;
  return name === "floor" ? floorDivide(over, by) : ceilDivide(over, by);
}
