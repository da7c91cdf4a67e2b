/**
 * Runs one pass on one model and holds it to its promise with ONNX Runtime:
 * 1. the changed model verifies, reads the same inputs (fewer only where they had initial values) and gives the same
 *    outputs, of the same declared types;
 * 2. its outputs are as promised on zeros, extremes and three seeds, with the runtime's optimizations off;
 * 3. so is every value in between that kept its name: the rewritten sites (unless `sites` is false: shown as outputs they
 *    keep the runtime from its own rewrites);
 * 4. no domain, no function, no node and no parameter byte is added.
 */
import { allNodes, cloneModel, countNodes, type Model, verifyModel } from "@pare/ir";
import { dtypeOf, inferTypes } from "@pare/ops";
import {
  brokenPromise,
  type Pass,
  type Probe,
  type Promised,
  probeModel,
  runPass,
  type Tensors,
  type Tools,
  worstDifference,
} from "@pare/pass";
import { parameterBytes } from "@pare/simplify";

export type Verdict =
  | { readonly kind: "unchanged" }
  /** Changed and held; `runs` inputs were compared. A reason where none could be. */
  | { readonly kind: "held"; readonly runs: number; readonly reason?: string; readonly left: readonly string[] }
  | { readonly kind: "broken"; readonly problems: readonly string[] };

export interface Held {
  readonly name: string;
  readonly model: Model;
  /** Outputs of the model as it came; a reason where there are none. */
  readonly probe: Probe | string;
  /** How far they move by themselves: twice what they do with the runtime's optimizations on instead of off. */
  readonly own: number;
}

export async function holdToPromise<Options>(
  { model: original, probe, own }: Held,
  pass: Pass<Options>,
  tools: Tools,
  { sites = true } = {},
): Promise<Verdict> {
  const model = cloneModel(original);
  const run = await runPass(model, pass, {}, tools);
  if (run.edits.length === 0) return { kind: "unchanged" };
  verifyModel(model);
  const problems = [...structuralProblems(original, model)];
  const left = run.notes.filter((note) => note.kind === "left").map((note) => note.text);
  if (typeof probe === "string")
    return problems.length > 0 ? { kind: "broken", problems } : { kind: "held", runs: 0, reason: probe, left };
  const after = await tools.run(
    model,
    probe.cases.map(({ inputs }) => stillTaken(inputs, model)),
  );
  for (const [i, { name, outputs }] of probe.cases.entries()) {
    const problem = brokenPromise(pass.promise, outputs, after[i]!, own);
    if (problem !== undefined) problems.push(`${problem} (${name})`);
  }
  if (sites) problems.push(...(await siteProblems(original, model, pass.promise, { probe, own }, tools)));
  return problems.length > 0 ? { kind: "broken", problems } : { kind: "held", runs: probe.cases.length, left };
}

/** Those of the inputs that the changed model still has. */
function stillTaken(inputs: Tensors, model: Model): Tensors {
  return new Map([...inputs].filter(([name]) => model.graph.inputs.some((each) => each.name === name)));
}

function* structuralProblems(before: Model, after: Model): Generator<string> {
  const names = (values: readonly { readonly name: string }[]) => values.map((value) => value.name).join(", ");
  const required = before.graph.inputs.filter(({ origin }) => origin.kind === "input" && origin.initial === undefined);
  const missing = required.filter((input) => !after.graph.inputs.some((each) => each.name === input.name));
  if (missing.length > 0) yield `inputs are gone: ${names(missing)}`;
  if (names(before.graph.outputs) !== names(after.graph.outputs)) yield `outputs are ${names(after.graph.outputs)} now`;
  const types = (model: Model) => JSON.stringify(model.graph.outputs.map((output) => output.type));
  if (types(before) !== types(after)) yield `output types went from ${types(before)} to ${types(after)}`;
  const domains = (model: Model) => new Set([...allNodes(model)].map((node) => node.domain));
  for (const domain of domains(after)) if (!domains(before).has(domain)) yield `the domain ${domain} is new`;
  if (after.functions.length > before.functions.length) yield "a function is new";
  if (countNodes(after) > countNodes(before)) yield `${countNodes(before)} nodes became ${countNodes(after)}`;
  const [had, has] = [parameterBytes(before), parameterBytes(after)];
  if (has > had) yield `${had} parameter bytes became ${has}`;
}

/** What rounding adds up to inside a network may be more than what is left of it at the outputs. */
const siteLimit = 1e-4;

/** The values that both models compute under one name, compared on one seed. */
async function siteProblems(
  before: Model,
  after: Model,
  promised: Promised,
  { probe, own }: { readonly probe: Probe; readonly own: number },
  tools: Tools,
): Promise<readonly string[]> {
  const shown = [cloneModel(before), cloneModel(after)] as const;
  const types = shown.map((model) => inferTypes(model));
  const computed = (model: Model) =>
    new Set(
      [...model.graph.nodes].flatMap((node) =>
        node.op === "onnx.Constant" ? [] : node.outputs.map((each) => each.name),
      ),
    );
  const [first, second] = shown.map(computed) as [Set<string>, Set<string>];
  const outputs = new Set(before.graph.outputs.map((output) => output.name));
  const common = [...first].filter((name) => name !== "" && second.has(name) && !outputs.has(name));
  for (const [i, model] of shown.entries())
    model.graph.edit("show", (edit) => {
      for (const name of common) {
        const value = model.graph.value(name)!;
        const type = types[i]!.type(value);
        if (type?.kind === "tensor" && dtypeOf(type) !== undefined) edit.retype(value, { ...type, shape: undefined });
        edit.output(value);
      }
    });
  const { inputs } = probe.cases.at(-1)!;
  const [all] = await tools.run(shown[0], [inputs]);
  const [changed] = await tools.run(shown[1], [stillTaken(inputs, after)]);
  const only = (names: readonly string[]) => new Map([...all!].filter(([name]) => names.includes(name)));
  const problem = brokenPromise(promised, only(common), changed!, Math.max(own, siteLimit));
  return problem === undefined ? [] : [`in between: ${problem}`];
}

/** What the model gives as it came; a reason where it cannot be run. `others`: the same runtime with other kernels. */
export async function held(name: string, model: Model, runs: boolean, tools: Tools, others: Tools): Promise<Held> {
  const probe = runs ? await probeModel(model, tools) : "the runtime does not run it";
  const own = typeof probe === "string" ? 0 : await worstDifference(probe, model, others);
  return { name, model, probe, own: Number.isFinite(own) ? 2 * own : 0 };
}
