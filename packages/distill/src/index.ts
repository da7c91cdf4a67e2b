export { distill } from "./distill.ts";
export { finetune } from "./finetune.ts";
