import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What a stranger does: the packed package, installed into an empty folder, used as a command and as a library. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "pare-package-"));
const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", PARE_CACHE_DIR: join(folder, "cache") };

function sh(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: "utf8", env, stdio: ["ignore", "pipe", "inherit"] });
}

beforeAll(() => {
  if (!existsSync(join(root, "dist/cli.js"))) throw new Error("dist is not built: npm run build");
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root, encoding: "utf8" });
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "stranger", private: true, type: "module" }));
  const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const tools = ["typescript", "@types/node"].map((name) => `${name}@${devDependencies[name]}`);
  sh("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", `./${filename}`, ...tools);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the command is there: help, version, doctor, inspect", () => {
  expect(sh("npx", "pare", "--help")).toContain("pare simplify <files...>");
  expect(sh("npx", "pare", "--version").trim()).toMatch(/^\d+\.\d+\.\d+$/);
  expect(sh("npx", "pare", "doctor")).toMatch(/^cpu +works/m);
  const [found] = JSON.parse(sh("npx", "pare", "inspect", "--json", "node_modules/pare/recipes/quickstart.onnx"));
  expect(found).toMatchObject({ unknownOps: [], nodes: expect.any(Number) });
});

test("a model is simplified, and the result runs", () => {
  sh("npx", "pare", "simplify", "node_modules/pare/recipes/quickstart.onnx", "-o", "small.onnx");
  const [before, after] = JSON.parse(
    sh("npx", "pare", "inspect", "--json", "node_modules/pare/recipes/quickstart.onnx", "small.onnx"),
  );
  expect(after.nodes).toBeLessThan(before.nodes);
});

test("a recipe of its own is planned and run", () => {
  sh("npx", "pare", "init", "--yes", "--model", "builtin:quickstart");
  expect(sh("npx", "pare", "plan", "recipe.yaml")).toContain("Nothing was written.");
  const record = JSON.parse(sh("npx", "pare", "run", "recipe.yaml", "--json"));
  expect(record.result.nodes).toBeLessThan(record.original.nodes);
});

test("the library has its types, checked without skipLibCheck, and runs", () => {
  writeFileSync(
    join(folder, "use.ts"),
    `import { inspectFile, readModel, type Inspection, type Model, type Pass } from "pare";
const file = "node_modules/pare/recipes/quickstart.onnx";
const model: Model = readModel(file);
const inspection: Inspection = inspectFile(file);
const promise: Pass["promise"] = "exact";
// @ts-expect-error: types are real, not any
const wrong: string = model.formatVersion;
console.log(JSON.stringify({ ir: model.formatVersion, nodes: inspection.nodes, promise, wrong }));
`,
  );
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        target: "es2023",
        lib: ["es2023", "esnext.disposable"],
        module: "nodenext",
        strict: true,
        skipLibCheck: false,
        types: ["node"],
      },
      files: ["use.ts"],
    }),
  );
  sh("npx", "tsc");
  expect(JSON.parse(sh("node", "use.js"))).toMatchObject({ nodes: expect.any(Number), promise: "exact" });
});

test("the package holds what it needs and nothing else", () => {
  const files = execFileSync("npm", ["pack", "--dry-run", "--json"], { cwd: root, encoding: "utf8" });
  const paths = (JSON.parse(files) as [{ files: { path: string }[] }])[0].files.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["dist/cli.js", "dist/host.js", "dist/index.js", "LICENSE", "README.md"]),
  );
  const expected =
    /^(dist\/([\w-]+\.js|THIRD-PARTY\.txt|types\/.*\.d\.ts)|recipes\/.*|scripts\/ci\/.*|LICENSE|README\.md|package\.json)$/;
  expect(paths.filter((path) => !expected.test(path))).toEqual([]);
});
