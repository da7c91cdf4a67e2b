// Collects the type declarations that the library's entry reaches, from src and from the workspace packages, into
// dist/types, and writes their imports as relative paths: the packages themselves are not published.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const importedFrom = /((?:from|import)\s*\(?\s*)"(\.[^"]*|@pare\/[^"]*)"/g;

export function writeTypes(root) {
  const target = join(root, "dist/types");
  rmSync(target, { recursive: true, force: true });
  const pending = [join(root, "dist/src/index.d.ts")];
  const seen = new Set(pending);
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    const text = readFileSync(file, "utf8").replace(importedFrom, (_, lead, name) => {
      const imported = declarationOf(root, file, name);
      if (!seen.has(imported)) {
        seen.add(imported);
        pending.push(imported);
      }
      return `${lead}"${relativePath(placeOf(root, file), placeOf(root, imported))}"`;
    });
    const place = join(target, placeOf(root, file));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, text.replace(/^\/\/# sourceMappingURL=.*\n?/m, ""));
  }
}

/** "./foo.ts" or "@pare/ir", seen from a declaration file, as the declaration file that it means. */
function declarationOf(root, file, name) {
  const path = name.startsWith("@pare/")
    ? join(root, "packages", name.slice("@pare/".length), "dist/index.d.ts")
    : join(dirname(file), name.replace(/\.[jt]s$/, ".d.ts"));
  if (!existsSync(path)) throw new Error(`${file} imports "${name}", whose declarations are not there`);
  return path;
}

/** packages/ir/dist/index.d.ts → ir/index.d.ts; dist/src/index.d.ts → src/index.d.ts */
function placeOf(root, file) {
  const parts = relative(root, file).split(sep);
  return parts[0] === "packages" ? join(parts[1], ...parts.slice(3)) : join(...parts.slice(1));
}

function relativePath(from, to) {
  const path = relative(dirname(from), to)
    .split(sep)
    .join("/")
    .replace(/\.d\.ts$/, ".js");
  return path.startsWith(".") ? path : `./${path}`;
}
