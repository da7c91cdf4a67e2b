import { allNodes, type Graph, graphsWithin, type Model, type Node } from "@pare/ir";
import { type Inference, inferTypes } from "@pare/ops";
import { modelSavepoint, type Note } from "@pare/pass";
import { type Change, changes } from "./changes.ts";
import { Constants } from "./constants.ts";
import { opsetTargetError } from "./errors.ts";
import { firstOpset, irVersionFor, lastOpset } from "./ir-version.ts";
import { roundsOtherwise } from "./rewrite/pool.ts";
import { Site } from "./site.ts";

const label = "opset/upgrade";

/**
 * Raises a model, its subgraphs and its functions to opset `to` (7 to 28) of the default domain.
 * 1. What was changed between the opsets is rewritten to mean what it meant; see `changes.ts`.
 * 2. What cannot be rewritten is refused, and the model is as it was before.
 * 3. The IR version is raised to the first that knows the opset. Past IR 3 inputs with an initial value become
 *    constants: until then runtimes take them as such, afterwards as what callers may replace.
 * 4. A model or function that is at `to` or above is left alone.
 * @throws OPSET_REFUSED naming node and reason; OPSET_TARGET
 */
export function upgradeOpset(model: Model, to: number): readonly Note[] {
  if (!Number.isInteger(to) || to < firstOpset || to > lastOpset) throw opsetTargetError(to, firstOpset, lastOpset);
  const stages = stagesOf(model, to);
  if (stages.length === 0) return [{ kind: "info", text: `left as it is: nothing in it is below opset ${to}` }];
  const savepoint = modelSavepoint(model);
  try {
    const notes = raise(model, stages, to);
    savepoint.release();
    return notes;
  } catch (error) {
    savepoint.rollback();
    throw error;
  }
}

/** A main graph or a function's body to raise. */
interface Stage {
  readonly root: Graph;
  readonly from: number;
  readonly isFunction: boolean;
}

function stagesOf(model: Model, to: number): readonly Stage[] {
  const main = { root: model.graph, opsets: model.opsets, isFunction: false };
  const functions = model.functions.map(({ body, opsets }) => ({ root: body, opsets, isFunction: true }));
  return [main, ...functions].flatMap(({ root, opsets, isFunction }) => {
    const from = opsets.get("onnx");
    return from !== undefined && from < to ? [{ root, from, isFunction }] : [];
  });
}

function raise(model: Model, stages: readonly Stage[], to: number): readonly Note[] {
  const irVersion = Math.max(model.formatVersion, irVersionFor(to));
  const frozen = model.formatVersion < 4 && irVersion >= 4 ? freezeInputs(model) : 0;
  const types = inferTypes(model);
  const rewritten = stages.flatMap((stage) => raiseGraph(stage, to, types, stage.isFunction || irVersion < 4));
  const raised = (opsets: ReadonlyMap<string, number>) =>
    new Map([...opsets].map(([domain, version]) => [domain, domain === "onnx" ? Math.max(version, to) : version]));
  model.update(label, {
    opsets: raised(model.opsets),
    functions: model.functions.map((each) => ({ ...each, opsets: raised(each.opsets) })),
    formatVersion: irVersion,
  });
  return [...summary(stages, to, frozen), ...notesOf(rewritten), ...runtimeNotes(model, stages, to)];
}

function freezeInputs(model: Model): number {
  const inputs = model.graph.inputs.filter(({ origin }) => origin.kind === "input" && origin.initial !== undefined);
  model.graph.edit(label, (edit) => {
    for (const input of inputs) edit.freezeInput(input);
  });
  return inputs.length;
}

interface Rewritten {
  readonly change: Change;
  readonly type: string;
  readonly name: string;
}

function raiseGraph({ root, from }: Stage, to: number, types: Inference, asNodes: boolean): readonly Rewritten[] {
  const rewritten: Rewritten[] = [];
  root.edit(label, (edit) => {
    const raising = { edit, types, to, constants: new Constants(edit, asNodes), successors: new Map() };
    for (const [version, byType] of changesBetween(from, to))
      for (const node of nodesWithin(root))
        for (const change of (node.domain === "onnx" && byType.get(node.type)) || []) {
          const done = { change, type: node.type, name: nameOf(node) };
          const site = new Site(node, version, raising);
          change.rewrite(site);
          if (site.changed) rewritten.push(done);
        }
  });
  return rewritten;
}

/** Version → type → changes, for the versions above `from` up to `to`. */
function changesBetween(from: number, to: number): ReadonlyMap<number, ReadonlyMap<string, readonly Change[]>> {
  const between = new Map<number, Map<string, Change[]>>();
  for (const change of changes) {
    if (change.at <= from || change.at > to) continue;
    const byType = between.get(change.at) ?? new Map<string, Change[]>();
    between.set(change.at, byType);
    for (const type of change.ops) byType.set(type, [...(byType.get(type) ?? []), change]);
  }
  return between;
}

/** A list, because rewrites add nodes that are as they should be already. */
function nodesWithin(root: Graph): readonly Node[] {
  return [...graphsWithin(root)].flatMap((graph) => [...graph.nodes]);
}

function summary(stages: readonly Stage[], to: number, frozen: number): readonly Note[] {
  const froms = [...new Set(stages.map(({ from }) => from))].sort((a, b) => a - b);
  const notes: Note[] = [{ kind: "changed", text: `raised opset ${froms.join(" and ")} to ${to}` }];
  const inputs = frozen === 1 ? "1 input" : `${frozen} inputs`;
  const text = `made ${inputs} with an initial value constant, as runtimes have them at IR 3`;
  if (frozen > 0) notes.push({ kind: "changed", text });
  return notes;
}

/** One note for every operator and what changed of it. */
function notesOf(rewritten: readonly Rewritten[]): readonly Note[] {
  const groups = new Map<string, { change: Change; type: string; subjects: string[] }>();
  for (const { change, type, name } of rewritten) {
    const key = `${change.at} ${type} ${change.what}`;
    const group = groups.get(key) ?? { change, type, subjects: [] };
    group.subjects.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ change, type, subjects }) => ({
    kind: "changed",
    text: `rewrote ${subjects.length} ${type}: at opset ${change.at} ${change.what}${change.rounds ? "; last bits differ" : ""}`,
    subjects,
  }));
}

/** What means the same, and yet gives other last bits where it runs. */
function runtimeNotes(model: Model, stages: readonly Stage[], to: number): readonly Note[] {
  if (to < 19 || stages.every(({ from }) => from >= 19)) return [];
  const pools = [...allNodes(model)].filter(roundsOtherwise);
  if (pools.length === 0) return [];
  const text = `kept ${pools.length} AveragePool: from opset 19 on ONNX Runtime computes it otherwise, last bits differ`;
  return [{ kind: "info", text, subjects: pools.map(nameOf) }];
}

function nameOf(node: Node): string {
  return node.name || (node.outputs[0]?.name ?? "");
}
