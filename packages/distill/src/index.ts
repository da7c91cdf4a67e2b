import type { Pass } from "@pare/pass";
import { reestimateBatchNorm } from "./batch-norm.ts";
import { distill } from "./distill.ts";
import { finetune } from "./finetune.ts";

export { qatPass, type StaticQuantization } from "./qat.ts";

/** Every pass of this package. */
export const trainingPasses: readonly Pass[] = [finetune, distill, reestimateBatchNorm];
