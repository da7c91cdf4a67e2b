import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const entry = fileURLToPath(new URL("../packages/engine/src/onnxruntime/host.ts", import.meta.url));
const folder = fileURLToPath(new URL("../packages/engine/dist/", import.meta.url));
const target = `${folder}host.js`;

/**
 * Tests run from sources, but ONNX Runtime's process needs a program that plain Node can start: it is bundled here, into
 * the place where the engine looks for it. Only a changed bundle is written, and in one step: several test runs may use
 * the same folder.
 */
export async function setup(): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    conditions: ["source"],
    external: ["onnxruntime-node"],
    write: false,
  });
  const program = outputFiles[0]!.text;
  if (program === existing()) return;
  mkdirSync(folder, { recursive: true });
  const fresh = `${target}.${process.pid}`;
  writeFileSync(fresh, program);
  renameSync(fresh, target);
}

function existing(): string | undefined {
  try {
    return readFileSync(target, "utf8");
  } catch {
    return undefined;
  }
}
