// Code that runs from its sources (tests, benchmarks) starts ONNX Runtime's process and the threads that decode images
// all the same, and plain Node cannot start TypeScript: they are bundled here. Only a changed bundle is written, and in one
// step: several runs may use the same folder.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const packages = fileURLToPath(new URL("../packages/", import.meta.url));

/** Where each program is made from, and where the code that starts it looks for it. */
const programs = [
  { entry: `${packages}engine/src/onnxruntime/host.ts`, target: `${packages}engine/dist/host.js` },
  { entry: `${packages}data/src/images/decode-worker.ts`, target: `${packages}data/dist/decode-worker.js` },
];

export async function bundleChildren() {
  for (const { entry, target } of programs) {
    const program = await bundle(entry);
    if (program === existing(target)) continue;
    mkdirSync(dirname(target), { recursive: true });
    const fresh = `${target}.${process.pid}`;
    writeFileSync(fresh, program);
    renameSync(fresh, target);
  }
}

async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    conditions: ["source"],
    external: ["onnxruntime-node", "sharp"],
    write: false,
  });
  return outputFiles[0].text;
}

function existing(target) {
  try {
    return readFileSync(target, "utf8");
  } catch {
    return undefined;
  }
}
