/**
 * Compiles packages/kernels/assembly/kernels.ts to WebAssembly, as a TypeScript file with the bytes in it: so they are
 * found wherever the code is bundled to.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = "packages/kernels/assembly/kernels.ts";
const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = join(root, "node_modules/assemblyscript/bin/asc.js");

/** Where the text belongs. */
export const kernelsFile = `${root}packages/kernels/src/simd-module.ts`;

/** Fixed memory of 4 MiB: its layout is that of packages/kernels/src/simd-memory.ts. */
const memory = ["--initialMemory", "64", "--maximumMemory", "64"];
const options = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert"];

/** By the compiler's command: its types for use as a library replace those of Node.js. */
export function compileKernels(): string {
  const folder = mkdtempSync(join(tmpdir(), "pare-kernels-"));
  try {
    const file = join(folder, "kernels.wasm");
    execFileSync(process.execPath, [compiler, source, "--outFile", file, ...options, ...memory], { cwd: root });
    const text = readFileSync(file).toString("base64");
    return `/** Made by \`npm run build:kernels\` from ${source}: WebAssembly in base64. */\nexport const simdModule =\n  "${text}";\n`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
