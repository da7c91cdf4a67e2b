import { didYouMean } from "@pare/error";
import { allGraphs, type Model, type Node, type Value } from "@pare/ir";
import { nothingSelectedError, patternError } from "./errors.ts";

/**
 * Which nodes and values a pass may touch. A pattern is the name of a node or value, where `*` stands for any text
 * (slashes too) and `?` for one character; or an operator after `op:` ("op:Conv", "op:com.microsoft.*").
 * `except` wins over `only`.
 */
export interface Selection {
  /** Default: everything. */
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}

/**
 * A node has its own name and the names of its outputs; a value has its name and those of the node that makes it.
 * @throws SELECT_PATTERN for an empty pattern
 */
export function selector(selection: Selection): (subject: Value | Node) => boolean {
  const only = selection.only?.map(matcher);
  const except = selection.except?.map(matcher) ?? [];
  return (subject) => {
    const { names, node } = namesOf(subject);
    const matches = (match: Matcher) => match(names, node);
    return (only === undefined || only.some(matches)) && !except.some(matches);
  };
}

/** Patterns of a selection that fit no node and no value of the models. @throws SELECT_PATTERN for an empty pattern */
export function idlePatterns({ only = [], except = [] }: Selection, models: readonly Model[]): readonly string[] {
  const patterns = [...only, ...except];
  if (patterns.length === 0) return [];
  const subjects = models.flatMap((model) =>
    [...allGraphs(model)].flatMap(({ nodes, values }) => [...nodes, ...values].map(namesOf)),
  );
  return patterns.filter((pattern) => {
    const match = matcher(pattern);
    return !subjects.some(({ names, node }) => match(names, node));
  });
}

/** @throws SELECT_NOTHING for a pattern that fits nothing in any of the models */
export function checkPatterns(selection: Selection, models: readonly Model[]): void {
  const [idle] = idlePatterns(selection, models);
  if (idle === undefined) return;
  const nodes = models.flatMap((model) => [...allGraphs(model)].flatMap((graph) => [...graph.nodes]));
  const known = idle.startsWith("op:")
    ? nodes.map(({ op, type, domain }) => `op:${domain === "onnx" ? type : op}`)
    : nodes.map(({ name }) => name);
  throw nothingSelectedError(idle, didYouMean(idle, [...new Set(known)]));
}

function namesOf(subject: Value | Node): { readonly names: readonly string[]; readonly node: Node | undefined } {
  const node = isNode(subject) ? subject : subject.origin.kind === "output" ? subject.origin.node : undefined;
  const names = node === undefined ? [] : [node.name, ...node.outputs.map((output) => output.name)];
  return { names: isNode(subject) ? names : [...names, subject.name], node };
}

type Matcher = (names: readonly string[], node: Node | undefined) => boolean;

function matcher(pattern: string): Matcher {
  if (pattern === "" || pattern === "op:") throw patternError(pattern);
  if (!pattern.startsWith("op:")) {
    const glob = globOf(pattern);
    return (names) => names.some((name) => glob.test(name));
  }
  const glob = globOf(pattern.slice("op:".length));
  return (_, node) => node !== undefined && (glob.test(node.op) || (node.domain === "onnx" && glob.test(node.type)));
}

function globOf(pattern: string): RegExp {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", "[^]*").replaceAll("?", "[^]")}$`);
}

function isNode(subject: Value | Node): subject is Node {
  return "op" in subject;
}
