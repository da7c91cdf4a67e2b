export { parameterBytes } from "./ledger.ts";
export { simplifyPasses } from "./passes.ts";
export { type SimplifyOptions, simplify, simplifyOptions } from "./simplify.ts";
