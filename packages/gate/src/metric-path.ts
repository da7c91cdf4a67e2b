import { gateAmbiguousError, gateUnknownError } from "./errors.ts";
import type { MetricRef, Subject } from "./expression.ts";

/**
 * A path as written, to the one metric that it means.
 *
 * 1. `original.` and `base.` in front say whose metric it is; without them it is the result's.
 * 2. The rest is a metric's name, or the parts of one that no other name has in this order: `latency.p50` will do where
 *    only one measurement has a p50.
 *
 * @throws GATE_METRIC, GATE_AMBIGUOUS
 */
export function resolveMetric(parts: readonly string[], names: readonly string[], place: string): MetricRef {
  const subject = subjectOf(parts[0]);
  const own = subject === "result" ? parts : parts.slice(1);
  const path = own.join(".");
  if (names.includes(path)) return { subject, name: path };
  const choices = own.length === 0 ? [] : names.filter((name) => hasParts(name, own));
  const [only, ...others] = choices;
  if (only === undefined) throw gateUnknownError(place, parts.join("."), names);
  const prefix = subject === "result" ? "" : `${subject}.`;
  if (others.length > 0)
    throw gateAmbiguousError(
      place,
      parts.join("."),
      choices.map((name) => prefix + name),
    );
  return { subject, name: only };
}

function subjectOf(first: string | undefined): Subject {
  return first === "original" || first === "base" ? first : "result";
}

function hasParts(name: string, parts: readonly string[]): boolean {
  let next = 0;
  for (const part of name.split(".")) if (part === parts[next]) next++;
  return next === parts.length;
}

/**
 * Names with dashes or digits at the start of a part, which would read as arithmetic, in the parser's bracket form:
 * `latency.my-bench.p50` → `latency["my-bench"].p50`.
 */
export function quoteNames(text: string, names: readonly string[]): string {
  const odd = names.filter((name) => name.split(".").some((part) => !isIdentifier(part)));
  if (odd.length === 0) return text;
  const longestFirst = [...odd].sort((a, b) => b.length - a.length).map(escapePattern);
  const pattern = new RegExp(`(?<![\\w-])(${longestFirst.join("|")})(?![\\w-])`, "g");
  return text.replace(pattern, (name) =>
    name
      .split(".")
      .map((part, i) => (isIdentifier(part) ? `${i === 0 ? "" : "."}${part}` : `["${part}"]`))
      .join(""),
  );
}

const isIdentifier = (part: string) => /^[A-Za-z_]\w*$/.test(part);
const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
