import { readFileSync, statSync } from "node:fs";
import { isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from "yaml";
import { recipeYamlError, yamlTooLargeError, yamlUnreadableError } from "./errors.ts";

export type Path = readonly (string | number)[];

/** A YAML text as plain data, and where each part of it stands. */
export interface SourceDocument {
  readonly value: unknown;
  /**
   * `steps[2].granularity in recipe.yaml:14`. Where the last parts of the path are not there, the line is that of the
   * nearest thing around them. `shown` names the place otherwise than the file does.
   */
  place(path: Path, shown?: Path): string;
}

const maxYamlBytes = 1024 * 1024;

/**
 * @param what "a target", "a recipe"
 * @throws FILE_MISSING, FILE_UNREADABLE, FILE_SIZE; of a recipe RECIPE_MISSING, RECIPE_UNREADABLE, RECIPE_SIZE
 */
export function readYamlText(file: string, what: string): string {
  try {
    const { size } = statSync(file);
    if (size > maxYamlBytes) throw yamlTooLargeError(file, what, size, maxYamlBytes);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error) throw yamlUnreadableError(file, what, error);
    throw error;
  }
}

/** @throws RECIPE_YAML, at the line */
export function parseSource(text: string, file: string): SourceDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) throw recipeYamlError(`${file}:${lines.linePos(fault.pos[0]).line}`, fault.message);
  const lineOf = (path: Path) => {
    const range = rangeAt(document.contents, path);
    return range === undefined ? "" : `:${lines.linePos(range[0]).line}`;
  };
  return {
    value: toPlain(document, file),
    place: (path, shown = path) => {
      const name = pathText(shown);
      return `${name === "" ? "" : `${name} in `}${file}${lineOf(path)}`;
    },
  };
}

/** Aliases that multiply without end are refused by the parser here, not when they have filled the memory. */
function toPlain(document: { toJS(options: { maxAliasCount: number }): unknown }, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw recipeYamlError(file, error instanceof Error ? error.message : String(error));
  }
}

type Range = readonly [number, number, number];

/** Where a path leads: to the key in a map, to the element of a list. */
function rangeAt(root: Node | null, path: Path): Range | undefined {
  let node: unknown = root;
  let range = root?.range ?? undefined;
  for (const part of path) {
    const step = isMap(node)
      ? keyed(node, part)
      : isSeq(node)
        ? { at: node.items[Number(part)], to: undefined }
        : undefined;
    if (!isNode(step?.at)) break;
    range = step.at.range ?? range;
    node = step.to ?? step.at;
  }
  return range;
}

function keyed(map: YAMLMap, part: string | number): { at: unknown; to: unknown } | undefined {
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === String(part));
  return pair && { at: pair.key, to: pair.value };
}

/** ["steps", 2, "granularity"] → "steps[2].granularity". */
function pathText(path: Path): string {
  return path.map((part, i) => (typeof part === "number" ? `[${part}]` : i === 0 ? part : `.${part}`)).join("");
}
