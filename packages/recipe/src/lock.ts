import { existsSync, readFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import * as z from "zod";
import type { Digest } from "./digest.ts";
import { type LockDifference, lockDiffersError, lockMissingError, lockUnreadableError } from "./errors.ts";
import { type Recipe, writtenOut } from "./recipe.ts";

const lockSchema = z.strictObject({
  lock: z.literal(1),
  tool: z.string(),
  runtime: z.string(),
  cpu: z.strictObject({ arch: z.string(), features: z.array(z.string()) }),
  recipe: z.strictObject({ sha256: z.string(), written: z.unknown() }),
  model: z.strictObject({ sha256: z.string() }),
  models: z.record(z.string(), z.string()).optional(),
  data: z.record(z.string(), z.string()),
  steps: z.array(
    z.strictObject({ pass: z.string(), sha256: z.string(), choices: z.record(z.string(), z.unknown()).optional() }),
  ),
  output: z.strictObject({ file: z.string(), sha256: z.string() }),
});

/** What a run depended on and what came out: enough to see whether another run can give, and gave, the same bytes. */
export type Lock = z.output<typeof lockSchema>;

export interface LockFacts {
  readonly tool: string;
  /** "onnxruntime-node 1.30.0". */
  readonly runtime: string;
  readonly cpu: { readonly arch: string; readonly features: readonly string[] };
  readonly recipe: Recipe;
  readonly recipeSha256: Digest;
  readonly modelSha256: Digest;
  /** Of the other models that steps name (teachers, students), by what they are called there. */
  readonly namedSha256: Readonly<Record<string, Digest>>;
  readonly dataSha256: Readonly<Record<string, Digest>>;
}

export interface LockedStep {
  /** Of the model after the step. */
  readonly sha256: Digest;
  /** What it chose by measuring, by its own keys; a replay takes it from here. */
  readonly choices?: StepChoices;
}

/** Plain data. */
export type StepChoices = Readonly<Record<string, unknown>>;

export interface LockOutcome {
  readonly steps: readonly LockedStep[];
  readonly output: { readonly file: string; readonly sha256: Digest };
}

const heading = ` What this run depended on and what came out. To get the same bytes again:
   pare run <recipe> --lock recipe.lock.yaml`;

export function writeLock(facts: LockFacts, outcome: LockOutcome): string {
  const lock: Lock = {
    lock: 1,
    tool: facts.tool,
    runtime: facts.runtime,
    cpu: { arch: facts.cpu.arch, features: [...facts.cpu.features] },
    recipe: { sha256: facts.recipeSha256, written: writtenOut(facts.recipe) },
    model: { sha256: facts.modelSha256 },
    ...(Object.keys(facts.namedSha256).length > 0 && { models: { ...facts.namedSha256 } }),
    data: { ...facts.dataSha256 },
    steps: facts.recipe.steps.map(({ pass }, i) => {
      const { sha256, choices = {} } = outcome.steps[i]!;
      return { pass, sha256, ...(Object.keys(choices).length > 0 && { choices }) };
    }),
    output: outcome.output,
  };
  const comment = heading.replace(/^/gm, "#");
  return `${comment}\n${stringify(lock)}`;
}

/** @throws LOCK_MISSING, LOCK_UNREADABLE */
export function readLock(file: string): Lock {
  if (!existsSync(file)) throw lockMissingError(file);
  let written: unknown;
  try {
    written = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw lockUnreadableError(file, error instanceof Error ? error.message.split("\n")[0]! : String(error));
  }
  const parsed = lockSchema.safeParse(written);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw lockUnreadableError(file, `${issue.path.join(".") || "the file"}: ${issue.message}`);
}

/**
 * Before the run: what makes the same bytes impossible. Another runtime or processor need not change a byte, so they
 * are tried; where the bytes do differ they are named as the probable cause.
 * @throws LOCK_DIFFERS
 */
export function checkLockInputs(lock: Lock, facts: LockFacts, file: string): void {
  const differences = differing([
    ["tool version", lock.tool, facts.tool],
    ["recipe", lock.recipe.sha256, facts.recipeSha256],
    ["model", lock.model.sha256, facts.modelSha256],
    ...names(lock.models ?? {}, facts.namedSha256).map(
      (name): Row => [name, lock.models?.[name] ?? "none", facts.namedSha256[name] ?? "none"],
    ),
    ...names(lock.data, facts.dataSha256).map(
      (split): Row => [`${split} data`, lock.data[split] ?? "none", facts.dataSha256[split] ?? "none"],
    ),
  ]);
  if (differences.length > 0) throw lockDiffersError(file, differences, environmentDifferences(lock, facts));
}

/**
 * After step `index`, or after the run where `index` is undefined.
 * @throws LOCK_DIFFERS
 */
export function checkLockOutput(lock: Lock, facts: LockFacts, file: string, sha256: Digest, index?: number): void {
  const locked = index === undefined ? lock.output.sha256 : lock.steps[index]?.sha256;
  const what = index === undefined ? "output" : `output of steps[${index}] (${lock.steps[index]?.pass})`;
  const differences = differing([[what, locked ?? "none", sha256]]);
  if (differences.length > 0) throw lockDiffersError(file, differences, environmentDifferences(lock, facts));
}

function environmentDifferences(lock: Lock, facts: LockFacts): readonly LockDifference[] {
  return differing([
    ["runtime", lock.runtime, facts.runtime],
    ["processor", lock.cpu.arch, facts.cpu.arch],
    ["processor features", lock.cpu.features.join(" "), facts.cpu.features.join(" ")],
  ]);
}

type Row = readonly [what: string, locked: string, here: string];

function differing(rows: readonly Row[]): readonly LockDifference[] {
  const short = (text: string) => (/^[0-9a-f]{64}$/.test(text) ? text.slice(0, 12) : text);
  return rows
    .filter(([, locked, here]) => locked !== here)
    .map(([what, locked, here]) => ({ what, locked: short(locked), here: short(here) }));
}

function names(...records: readonly Readonly<Record<string, unknown>>[]): readonly string[] {
  return [...new Set(records.flatMap(Object.keys))].sort();
}
