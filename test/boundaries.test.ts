import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

/**
 * The walls of the house:
 * 1. a package imports only what its package.json declares, and only by a package's name, never by a path into it;
 * 2. nothing imports src;
 * 3. the four arts do not import one another, nor an engine;
 * 4. what package.json and tsconfig.json say of a package agrees, and no declared dependency is unused;
 * 5. dependencies make no cycle.
 */
const root = fileURLToPath(new URL("..", import.meta.url));
const packages = readdirSync(join(root, "packages"));
const arts = ["simplify", "quantize", "prune", "train", "distill"];

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const json = <T>(path: string): T => JSON.parse(readFileSync(path, "utf8"));
const manifestOf = (name: string) => json<Manifest>(join(root, "packages", name, "package.json"));
const workspaceName = (specifier: string) => /^@pare\/([^/]+)$/.exec(specifier)?.[1];

function sources(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries.filter((path) => path.endsWith(".ts")).map((path) => join(folder, path));
}

interface Import {
  readonly file: string;
  readonly specifier: string;
}

/** Static, type-only and dynamic imports and re-exports of a folder's files, and packages whose files they look up. */
function importsOf(folder: string): readonly Import[] {
  const pattern =
    /^\s*(?:import|export)\b[^;"'`]*?from\s*"([^"]+)"|^\s*import\s*"([^"]+)"|\b(?:import|require\.resolve)\(\s*"([^"]+)"/gm;
  return sources(folder).flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(pattern)].map((match) => ({
      file: relative(root, path),
      specifier: match[1] ?? match[2] ?? match[3]!,
    })),
  );
}

const isTest = ({ file }: Import) => file.endsWith(".test.ts") || file.includes("/test/");
const npmName = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)![0];
const shipped = new Map(packages.map((name) => [name, importsOf(join(root, "packages", name, "src"))]));

test.each(packages)("packages/%s imports only what it declares", (name) => {
  const declared = Object.keys(manifestOf(name).dependencies ?? {});
  const strangers = shipped
    .get(name)!
    .filter((found) => !isTest(found))
    .filter(({ specifier }) => !specifier.startsWith(".") && !specifier.startsWith("node:"))
    .filter(({ specifier }) => !declared.includes(npmName(specifier)));
  expect(strangers, `declare these in packages/${name}/package.json, or do without`).toEqual([]);
});

test.each(packages)("packages/%s declares only what it imports, and tsconfig.json says the same", (name) => {
  const declared = Object.keys(manifestOf(name).dependencies ?? {});
  const imported = new Set(shipped.get(name)!.map(({ specifier }) => npmName(specifier)));
  expect(
    declared.filter((dependency) => !imported.has(dependency)),
    "declared but never imported",
  ).toEqual([]);
  const { references } = json<{ references: { path: string }[] }>(join(root, "packages", name, "tsconfig.json"));
  const workspaces = declared.flatMap((dependency) => workspaceName(dependency) ?? []);
  expect(references.map(({ path }) => path.replace("../", "")).sort()).toEqual([...workspaces].sort());
});

test("no path leads out of a package, and none into src", () => {
  const leaving = [...shipped].flatMap(([name, imports]) => {
    const own = join("packages", name, "src");
    return imports.filter(({ file, specifier }) => {
      if (!specifier.startsWith(".")) return /^@pare\/[^/]+\/|^pare($|\/)/.test(specifier);
      return !isTest({ file, specifier }) && !join(file, "..", specifier).startsWith(own);
    });
  });
  expect(leaving).toEqual([]);
});

test("the arts import neither one another nor an engine", () => {
  for (const art of arts.filter((name) => packages.includes(name))) {
    const dependencies = Object.keys(manifestOf(art).dependencies ?? {}).flatMap((name) => workspaceName(name) ?? []);
    const forbidden = [...arts.filter((other) => other !== art), "engine", "formats"];
    const allowed = art === "distill" ? ["train"] : [];
    expect(
      dependencies.filter((name) => forbidden.includes(name) && !allowed.includes(name)),
      art,
    ).toEqual([]);
  }
});

test("dependencies make no cycle", () => {
  const visit = (name: string, path: readonly string[]): void => {
    expect(path, `${[...path, name].join(" → ")} is a cycle`).not.toContain(name);
    for (const dependency of Object.keys(manifestOf(name).dependencies ?? {})) {
      const next = workspaceName(dependency);
      if (next !== undefined) visit(next, [...path, name]);
    }
  };
  for (const name of packages) visit(name, []);
});

test("what the packages need from npm ships with pare: as a dependency, or bundled from a development one", () => {
  const { dependencies, devDependencies } = json<Manifest>(join(root, "package.json"));
  const needed = packages.flatMap((name) => Object.entries(manifestOf(name).dependencies ?? {}));
  for (const [name, version] of needed)
    if (!name.startsWith("@pare/"))
      expect({ ...devDependencies, ...dependencies }, name).toMatchObject({ [name]: version });
});
