import { readFileSync } from "node:fs";
import { classFileError, classFolderError, classNumberError, oneClassImagesError } from "../errors.ts";

/**
 * How folders become classes. "folder": their rank in sorted order. "number": the number that is the folder's name.
 * "none": the images have no labels. `file`: a text file with one folder's name a line, in the order of the classes.
 */
export type ClassRule = "folder" | "number" | "none" | { readonly file: string };

export interface Labelling {
  readonly classes: readonly string[];
  /** Of every path, in order; undefined throughout where there are no labels. */
  readonly labels: readonly (number | undefined)[];
}

/**
 * The class of a file is the first folder below what all paths have in common; where there is none, the last of those.
 * @throws DATA_CLASSES
 */
export function labelFiles(name: string, paths: readonly string[], rule: ClassRule): Labelling {
  if (rule === "none") return { classes: [], labels: paths.map(() => undefined) };
  const folders = classFolders(paths);
  const distinct = [...new Set(folders)].sort();
  if (distinct.length < 2 && typeof rule === "string") throw oneClassImagesError(name, distinct);
  const classes = classNames(name, distinct, rule);
  const ranks = new Map(classes.map((folder, rank) => [folder, rank]));
  const labels = folders.map((folder, i) => {
    const rank = rule === "number" ? Number(folder) : ranks.get(folder);
    if (rank === undefined) throw classFolderError(paths[i]!, folder, name);
    return rank;
  });
  return { classes, labels };
}

/** "test/cat/1.jpg", "test/dog/1.jpg" → "cat", "dog"; "test/cat/1.jpg" alone → "cat". */
function classFolders(paths: readonly string[]): readonly string[] {
  let shared = folderOf(paths[0] ?? "");
  for (const path of paths) while (!path.startsWith(shared)) shared = folderOf(shared.slice(0, -1));
  if (paths.every((path) => folderOf(path) === shared)) shared = folderOf(shared.slice(0, -1));
  const names = new Map<string, string>();
  return paths.map((path) => {
    const name = path.slice(shared.length, Math.max(shared.length, path.indexOf("/", shared.length)));
    if (!names.has(name)) names.set(name, name);
    return names.get(name)!;
  });
}

/** With its slash: "test/cat/1.jpg" → "test/cat/", "1.jpg" → "". */
function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

function classNames(name: string, distinct: readonly string[], rule: Exclude<ClassRule, "none">): readonly string[] {
  if (rule === "folder") return distinct;
  if (rule === "number") {
    const odd = distinct.find((folder) => !/^\d{1,6}$/.test(folder));
    if (odd !== undefined) throw classNumberError(name, odd);
    return Array.from({ length: Math.max(...distinct.map(Number)) + 1 }, (_, i) => `${i}`);
  }
  const lines = readClassFile(rule.file);
  if (lines.length === 0) throw classFileError(rule.file, "it is empty");
  const twice = lines.find((line, i) => lines.indexOf(line) < i);
  if (twice !== undefined) throw classFileError(rule.file, `"${twice}" is there twice`);
  return lines;
}

function readClassFile(file: string): readonly string[] {
  try {
    const lines = readFileSync(file, "utf8").split(/\r?\n/);
    return lines.map((line) => line.trim()).filter((line) => line !== "");
  } catch (error) {
    throw classFileError(file, error instanceof Error ? error.message : String(error));
  }
}
