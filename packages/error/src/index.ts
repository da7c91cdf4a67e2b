/**
 * The one error form of the project.
 *
 *   CODE at place: what is wrong (expected …, got …). What to do.
 *
 * A fault is a record; its text is made here and nowhere else. Packages keep the faults they can raise in a file
 * `errors.ts` of their own, one small function a fault.
 */

export { didYouMean, editDistance, suggest } from "./suggest.ts";

/** `input`: the user can mend it (exit 2). `failure`: the runtime or this program failed (exit 3). */
export type FaultKind = "input" | "failure";

export interface Fault {
  /** Upper snake case, stable: scripts match on it. */
  readonly code: string;
  readonly kind?: FaultKind;
  /** Where: a file, `steps[2].granularity in recipe.yaml`, a node's name. */
  readonly at?: string;
  readonly problem: string;
  readonly expected?: string;
  readonly got?: string;
  /** The next step, as a sentence. */
  readonly next?: string;
}

export const exitCodes = { input: 2, failure: 3 } as const satisfies Record<FaultKind, number>;

export class PareError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(faultText(fault), options);
    this.name = "PareError";
    this.fault = fault;
  }

  get exitCode(): number {
    return exitCodes[this.fault.kind ?? "input"];
  }
}

/** Works across copies of this package (a bundle beside sources), where `instanceof` would not. */
export function isPareError(error: unknown): error is PareError {
  return error instanceof Error && error.name === "PareError" && "fault" in error;
}

export function faultText(fault: Fault): string {
  const { code, at, problem, expected, got, next } = fault;
  const facts = [expected !== undefined && `expected ${expected}`, got !== undefined && `got ${got}`].filter(Boolean);
  const detail = facts.length > 0 ? ` (${facts.join(", ")})` : "";
  const place = at !== undefined ? ` at ${at}` : "";
  return `${code}${place}: ${problem}${detail}.${next !== undefined ? ` ${next}` : ""}`;
}
