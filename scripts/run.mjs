// Runs a TypeScript file of the project: bundles it with the workspace packages' sources to a temporary file inside
// the project, so that npm packages are found, and starts Node on it. `import.meta.url` stays that of each source file.
// Usage: node scripts/run.mjs <file.ts> [arguments]
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { bundleChildren } from "./children.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  console.error("Usage: node scripts/run.mjs <file.ts> [arguments]");
  process.exit(2);
}

const keepUrls = {
  name: "keep-urls",
  setup: (bundler) =>
    bundler.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const url = JSON.stringify(pathToFileURL(path).href);
      return { loader: "ts", contents: readFileSync(path, "utf8").replaceAll("import.meta.url", url) };
    }),
};

const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = join(root, "node_modules/.cache/pare");
mkdirSync(folder, { recursive: true });
const outfile = join(folder, `${basename(file, ".ts")}-${process.pid}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  conditions: ["source"],
  external: Object.keys({ ...dependencies, ...devDependencies }),
  plugins: [keepUrls],
  sourcemap: "inline",
  logLevel: "warning",
});
await bundleChildren();
const node = spawnSync(process.execPath, [...process.execArgv, "--enable-source-maps", outfile, ...args], {
  stdio: "inherit",
});
rmSync(outfile, { force: true });
process.exitCode = node.signal === null ? (node.status ?? 1) : 1;
