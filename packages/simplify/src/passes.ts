import type { Pass } from "@pare/pass";
import { dropDead } from "./drop-dead.ts";
import { extractConstants } from "./extract-constants.ts";
import { defaultMaxFoldBytes, foldConstantsStep } from "./fold-constants.ts";
import { freezeInputs } from "./freeze-inputs.ts";
import { inlineFunctions } from "./inline-functions.ts";
import { rewritings } from "./rewritings.ts";
import { passOf } from "./rule.ts";
import { shareConstants } from "./share-constants.ts";
import { shareSubexpressions } from "./share-subexpressions.ts";
import { passOfStep } from "./step.ts";

/** Every rewrite as a pass of its own; `simplify` is all of them together. */
export const simplifyPasses: readonly Pass<Record<string, never>>[] = [
  ...[freezeInputs, inlineFunctions, extractConstants].map(passOfStep),
  passOfStep(foldConstantsStep(defaultMaxFoldBytes)),
  ...rewritings.map(passOf),
  ...[shareSubexpressions, shareConstants, dropDead].map(passOfStep),
];
