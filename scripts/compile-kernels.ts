/**
 * Compiles packages/kernels/assembly/kernels.ts to WebAssembly, as a TypeScript file with the bytes in it: so they are
 * found wherever the code is bundled to.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const source = "packages/kernels/assembly/kernels.ts";
const root = fileURLToPath(new URL("..", import.meta.url));

/** Where the text belongs. */
export const kernelsFile = `${root}packages/kernels/src/simd-module.ts`;

/** Fixed memory of 4 MiB: its layout is that of packages/kernels/src/simd-memory.ts. */
const memory = ["--initialMemory", "64", "--maximumMemory", "64"];
const options = ["-O3", "--enable", "simd", "--runtime", "stub", "--noAssert"];

export async function compileKernels(): Promise<string> {
  let binary = new Uint8Array();
  const { error, stderr } = await asc.main([source, "--outFile", "kernels.wasm", ...options, ...memory], {
    readFile: (name) => (name === source ? readFileSync(`${root}${source}`, "utf8") : null),
    writeFile: (_, contents) => {
      binary = Uint8Array.from(Buffer.from(contents));
    },
    listFiles: () => [],
  });
  if (error) throw new Error(stderr.toString());
  const text = Buffer.from(binary).toString("base64");
  return `/** Made by \`npm run build:kernels\` from ${source}: WebAssembly in base64. */\nexport const simdModule =\n  "${text}";\n`;
}
