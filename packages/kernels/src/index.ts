export { chooseKernels } from "./choose.ts";
export {
  type Errors,
  emptyErrors,
  emptyRanges,
  emptySummary,
  type Grids,
  type Kernels,
  type Ranges,
  type Summary,
  total,
} from "./kernels.ts";
export { plainKernels } from "./plain.ts";
