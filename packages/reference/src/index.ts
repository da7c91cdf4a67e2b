export { arrayOf, arrayOfTensor, filled, type NumberArray } from "./array.ts";
export { evaluate } from "./evaluate.ts";
export { kernels } from "./kernels.ts";
