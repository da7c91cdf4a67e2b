import type { Command } from "../terminal/command.ts";
import { bench } from "./bench.ts";
import { compare } from "./compare.ts";
import { distill } from "./distill.ts";
import { doctor } from "./doctor.ts";
import { evaluate } from "./evaluate.ts";
import { init } from "./init.ts";
import { inspect } from "./inspect.ts";
import { plan } from "./plan.ts";
import { quantize } from "./quantize.ts";
import { report } from "./report.ts";
import { run } from "./run.ts";
import { schema } from "./schema.ts";
import { simplify } from "./simplify.ts";

/** Every verb, in the order of the help. */
export const commands: readonly Command[] = [
  run,
  plan,
  evaluate,
  bench,
  compare,
  report,
  inspect,
  simplify,
  quantize,
  distill,
  init,
  doctor,
  schema,
];
