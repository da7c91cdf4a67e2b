import { type Graph, type Model, parseModel, printModel, verifyModel } from "@pare/ir";
import { type Note, type Pass, runPass, type Tools } from "@pare/pass";
import { simplifyPasses } from "../src/passes.ts";

/** Tools without a runtime: what needs one is tested with ONNX Runtime in test/slow. */
export const tools: Tools = {
  run: () => Promise.reject(new Error("there is no runtime here")),
  progress: { report: () => {} },
  signal: new AbortController().signal,
  seed: 0,
  selects: () => true,
};

export interface Rewritten {
  readonly model: Model;
  /** The nodes of the main graph, one a line, as the text form has them. */
  readonly nodes: readonly string[];
  /** "changed: …" and "left: …". */
  readonly notes: readonly string[];
  readonly constants: Readonly<Record<string, string>>;
}

/** Runs passes, by name without the family, over a model in text form. */
export async function rewritten(text: string, ...names: readonly string[]): Promise<Rewritten> {
  const model = parseModel(text);
  const notes: Note[] = [];
  for (const name of names) notes.push(...(await runPass(model, passNamed(name), {}, tools)).notes);
  verifyModel(model);
  return {
    model,
    nodes: nodeLines(model),
    notes: notes.map(({ kind, text: said }) => `${kind}: ${said}`),
    constants: constantsOf(model.graph),
  };
}

export function passNamed(name: string): Pass<Record<string, never>> {
  const found = simplifyPasses.find((pass) => pass.name === `simplify/${name}`);
  if (found === undefined) throw new Error(`no pass simplify/${name}`);
  return found;
}

/** Lines of the printed main graph that are nodes. */
export function nodeLines(model: Model): readonly string[] {
  const text = printModel(model);
  const body = text.slice(text.indexOf("{\n", text.indexOf("=>")) + 2);
  return body
    .slice(0, body.indexOf("\n}"))
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function constantsOf(graph: Graph): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { name, origin } of graph.values)
    if (origin.kind === "constant") found[name] = `${origin.tensor.dtype}[${origin.tensor.shape.join(",")}]`;
  return found;
}
