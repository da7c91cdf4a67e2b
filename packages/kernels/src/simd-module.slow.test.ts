import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { compileKernels, kernelsFile } from "../../../scripts/compile-kernels.ts";

it("is what compiling makes: after a change run `npm run build:kernels`", async () => {
  expect(compileKernels()).toBe(readFileSync(kernelsFile, "utf8"));
});

it.each([
  [[], "simd"],
  [["--jitless"], "plain"],
])("runs from a bundle with node %j: %s", async (flags, name) => {
  const entry = fileURLToPath(new URL("index.ts", import.meta.url));
  const { outputFiles } = await build({
    stdin: {
      contents: `import { chooseKernels } from ${JSON.stringify(entry)};
        const kernels = chooseKernels();
        const codes = new Uint8Array(5);
        const grids = { scales: Float32Array.of(2), zeroPoints: Int32Array.of(10), lowest: 0, highest: 255 };
        kernels.quantizeRows(Float32Array.of(1, 3, 5, -1000, NaN), grids, codes);
        console.log(kernels.name, codes.join(" "));`,
      resolveDir: fileURLToPath(new URL(".", import.meta.url)),
    },
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    minify: true,
  });
  const { stdout, stderr } = spawnSync(process.execPath, flags, { input: outputFiles[0]!.text, encoding: "utf8" });
  expect(stdout, stderr).toBe(`${name} 10 12 12 0 10\n`);
});
