/** npm run build:kernels */
import { writeFileSync } from "node:fs";
import { compileKernels, kernelsFile } from "./compile-kernels.ts";

writeFileSync(kernelsFile, compileKernels());
