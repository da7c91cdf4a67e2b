import { gateAmbiguousError, gateClassError, gateUnknownError } from "./errors.ts";
import type { MetricRef, Subject } from "./expression.ts";

/** What a gate may speak of. */
export interface MetricNames {
  /** In full, in the order in which errors list them. */
  readonly known: readonly string[];
  /** Those that every class has one of: "recall.class" is `recall.class.cat` and `recall.class.dog`. */
  readonly perClass?: readonly string[];
  /** Names of the classes. Undefined: not known yet, any name may be one. */
  readonly classes?: readonly string[];
}

/**
 * A path as written, to the one metric that it means.
 *
 * 1. `original.` and `base.` in front say whose metric it is; without them it is the result's.
 * 2. The rest is a metric's name, or the parts of one that no other name has in this order: `latency.p50` will do where
 *    only one measurement has a p50.
 * 3. The metric of a class is named in full, with the class at its end.
 *
 * @throws GATE_METRIC, GATE_AMBIGUOUS
 */
export function resolveMetric(parts: readonly string[], names: MetricNames, place: string): MetricRef {
  const { known, perClass = [] } = names;
  const subject = subjectOf(parts[0]);
  const own = subject === "result" ? parts : parts.slice(1);
  const path = own.join(".");
  if (known.includes(path)) return { subject, name: path };
  const family = perClass.find((name) => path.startsWith(`${name}.`));
  if (family !== undefined) return classMetric(subject, family, path, names, place);
  const families = own.length === 0 ? [] : perClass.filter((name) => hasParts(name, own));
  const choices = own.length === 0 ? [] : known.filter((name) => hasParts(name, own));
  const [only, ...others] = choices;
  if (families.length === 0 && only === undefined)
    throw gateUnknownError(place, parts.join("."), [...known, ...perClass.map(ofAnyClass)]);
  if (families.length === 0 && others.length === 0) return { subject, name: only! };
  const all = [...choices, ...families.flatMap((name) => classChoices(name, names.classes))];
  throw gateAmbiguousError(
    place,
    parts.join("."),
    all.map((name) => prefixOf(subject) + name),
  );
}

/** Rule 3. */
function classMetric(
  subject: Subject,
  family: string,
  path: string,
  { classes }: MetricNames,
  place: string,
): MetricRef {
  const name = path.slice(family.length + 1);
  if (classes !== undefined && !isClass(name, classes)) {
    const choices = classChoices(family, classes).map((choice) => prefixOf(subject) + choice);
    throw gateClassError(place, { name, classes, choices });
  }
  return { subject, name: path, perClass: family };
}

/** Where classes are named by their numbers the model may know more of them than the data has. */
function isClass(name: string, classes: readonly string[]): boolean {
  const isNumbered = classes.every((each, i) => each === `${i}`);
  return classes.includes(name) || (isNumbered && /^\d+$/.test(name));
}

/** More than an error need list. */
const mostChoices = 20;

function classChoices(family: string, classes: readonly string[] | undefined): readonly string[] {
  if (classes === undefined) return [ofAnyClass(family)];
  const shown = classes.slice(0, mostChoices).map((name) => family + step(name));
  return classes.length > shown.length ? [...shown, `… (${classes.length} classes)`] : shown;
}

const ofAnyClass = (family: string) => `${family}.<name of a class>`;
const prefixOf = (subject: Subject) => (subject === "result" ? "" : `${subject}.`);

/** With those of the classes that are known. */
export function allNames({ known, perClass = [], classes = [] }: MetricNames): readonly string[] {
  return [...known, ...perClass.flatMap((family) => classes.map((name) => `${family}.${name}`))];
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
 * What is not in quotes already: names with dashes or digits at the start of a part, which would read as arithmetic, in
 * the parser's bracket form:
 * `latency.my-bench.p50` → `latency["my-bench"].p50`.
 */
export function quoteNames(text: string, names: readonly string[]): string {
  const parts = text.split(/("[^"]*"|'[^']*')/);
  return parts.map((part, i) => (i % 2 === 1 ? part : quoteBare(part, names))).join("");
}

function quoteBare(text: string, names: readonly string[]): string {
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

/** As a reader would write it: `.cat`, `.3`, `["sports car"]`. */
const step = (part: string) => (/^\w+$/.test(part) ? `.${part}` : `["${part}"]`);

const isIdentifier = (part: string) => /^[A-Za-z_]\w*$/.test(part);
const escapePattern = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
