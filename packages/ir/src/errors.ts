import { PareError } from "@pare/error";

export function nameTwiceError(name: string, graph: string): PareError {
  return new PareError({
    code: "GRAPH_NAME_TWICE",
    at: `graph "${graph}"`,
    problem: `the value "${name}" is defined twice`,
    expected: "one definition of every name",
    next: "The file breaks the single-assignment rule of its format; export it again.",
  });
}

export function undefinedValueError(name: string, user: string): PareError {
  return new PareError({
    code: "GRAPH_UNDEFINED",
    at: user,
    problem: `it uses the value "${name}", which nothing defines`,
    next: "The file is incomplete or was cut by hand; export it again.",
  });
}

export function cycleError(graph: string, nodes: readonly string[]): PareError {
  return new PareError({
    code: "GRAPH_CYCLE",
    at: `graph "${graph}"`,
    problem: `nodes depend on each other in a circle: ${nodes.slice(0, 5).join(", ")}${nodes.length > 5 ? ", …" : ""}`,
    expected: "an acyclic graph",
  });
}

export function stillUsedError(what: string, uses: number): PareError {
  return new PareError({
    code: "GRAPH_STILL_USED",
    kind: "failure",
    at: what,
    problem: `it cannot be removed while it has ${uses} use${uses === 1 ? "" : "s"}`,
  });
}

export function notReplaceableError(of: string, by: string, why: string): PareError {
  return new PareError({
    code: "GRAPH_OUTPUT_KEPT",
    kind: "failure",
    at: of,
    problem: `"${by}" cannot take its place as a graph output: ${why}`,
  });
}

export function editStateError(problem: string, at?: string): PareError {
  return new PareError({ code: "GRAPH_EDIT", kind: "failure", ...(at !== undefined && { at }), problem });
}

export function attributeKindError(node: string, attribute: string, expected: string, got: string): PareError {
  return new PareError({
    code: "ATTRIBUTE_KIND",
    at: `attribute ${attribute} of ${node}`,
    problem: "the attribute has another kind than its operator asks for",
    expected,
    got,
  });
}

export function textSyntaxError(line: number, column: number, problem: string): PareError {
  return new PareError({ code: "TEXT_SYNTAX", at: `line ${line}, column ${column}`, problem });
}

export function verifyError(problems: readonly string[]): PareError {
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return new PareError({
    code: "GRAPH_INVALID",
    kind: "failure",
    problem: `the graph does not verify: ${problems[0]}${more}`,
  });
}
