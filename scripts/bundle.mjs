// Bundles what the package ships into dist: the command line, the library, the engine's process, and their types.
// Shared code goes to chunks beside them, so that `pare --help` loads nothing that it does not use.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { writeTypes } from "./types.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

/** Messages of zod in fifty languages, more than half of its code: only English is used. */
const zodInEnglish = {
  name: "zod-in-english",
  setup({ onResolve }) {
    onResolve({ filter: /locales\/index\.js$/ }, ({ resolveDir }) =>
      resolveDir.includes("node_modules/zod") ? { path: join(resolveDir, "../locales/en.js") } : undefined,
    );
  },
};

const { metafile } = await build({
  absWorkingDir: root,
  plugins: [zodInEnglish],
  entryPoints: {
    cli: "src/cli.ts",
    index: "src/index.ts",
    host: "packages/engine/src/onnxruntime/host.ts",
    "decode-worker": "packages/data/src/images/decode-worker.ts",
  },
  outdir: dist,
  entryNames: "[name]",
  chunkNames: "chunk-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  conditions: ["source"],
  external: ["onnxruntime-node", "sharp", "@cwasm/jpeg-turbo", "@duckdb/node-api"],
  // yaml's entry for Node.js is CommonJS, which a bundle of modules cannot load; its browser entry is the same code.
  alias: { "string-width": "./scripts/plain-width.mjs", yaml: "./node_modules/yaml/browser/index.js" },
  minify: true,
  metafile: true,
  logLevel: "warning",
});

const written = new Set(Object.keys(metafile.outputs).map((path) => relative("dist", path)));
for (const name of readdirSync(dist)) if (name.endsWith(".js") && !written.has(name)) rmSync(join(dist, name));
chmodSync(join(dist, "cli.js"), 0o755);
writeFileSync(join(dist, "THIRD-PARTY.txt"), licences(Object.keys(metafile.inputs)));
writeTypes(root);

/** The licence of every package whose code went into the bundle. */
function licences(inputs) {
  const folders = new Set(inputs.filter((path) => path.includes("node_modules/")).map(packageFolder));
  return [...folders]
    .sort()
    .map(licence)
    .join(`\n${"-".repeat(78)}\n\n`);
}

function packageFolder(path) {
  const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path);
  return join(root, folder);
}

function licence(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file !== undefined && existsSync(join(folder, file)) ? readFileSync(join(folder, file), "utf8") : "";
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
