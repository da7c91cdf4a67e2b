import { gateAmbiguousError, gateUnknownError } from "./errors.ts";
import type { MetricRef, Subject } from "./expression.ts";

/** What a gate may speak of. */
export interface MetricNames {
  /** In full, in the order in which errors list them. */
  readonly known: readonly string[];
  /** Whether there may be a metric of this name all the same: those of a module are only known when it has run. */
  readonly mayBe?: (name: string) => boolean;
}

/**
 * A path as written, to the one metric that it means.
 *
 * 1. `original.` and `base.` in front say whose metric it is; without them it is the result's.
 * 2. The rest is a metric's name, or the parts of one that no other name has in this order: `latency.p50` will do where
 *    only one measurement has a p50.
 *
 * @throws GATE_METRIC, GATE_AMBIGUOUS
 */
export function resolveMetric(parts: readonly string[], names: MetricNames, place: string): MetricRef {
  const { known, mayBe = () => false } = names;
  const subject = subjectOf(parts[0]);
  const own = subject === "result" ? parts : parts.slice(1);
  const path = own.join(".");
  if (known.includes(path)) return { subject, name: path };
  const choices = own.length === 0 ? [] : known.filter((name) => hasParts(name, own));
  const [only, ...others] = choices;
  if (only === undefined && mayBe(path)) return { subject, name: path };
  if (only === undefined) throw gateUnknownError(place, parts.join("."), known);
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
  const dashed = names.filter((name) => name.includes("-")).sort((a, b) => b.length - a.length);
  const pattern = new RegExp(`(?<![\\w-])(${dashed.map(escapePattern).join("|")})(?![\\w-])`, "g");
  const whole = dashed.length === 0 ? text : text.replace(pattern, bracketed);
  return whole.replace(/(?<![\w.])[A-Za-z_]\w*(\.\w+)+/g, bracketed);
}

/** a.b-c.3 → a["b-c"]["3"] */
function bracketed(name: string): string {
  const [first = "", ...parts] = name.split(".");
  return first + parts.map((part) => (isIdentifier(part) ? `.${part}` : `["${part}"]`)).join("");
}

const isIdentifier = (part: string) => /^[A-Za-z_]\w*$/.test(part);
const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
