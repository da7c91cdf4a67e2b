import type { Dim, Model, Node, Value, ValueType } from "@pare/ir";
import { declaredDim, symbolsOf } from "./dims.ts";
import { knownIn, type Scope, typeIn } from "./infer/context.ts";
import { declaredType, nameUnknown } from "./infer/settle.ts";
import { functionKey, type RuleFault, type TypeConflict, type Walk, walkGraph } from "./infer/walk.ts";
import type { KnownInts } from "./spec.ts";

export type { RuleFault, TypeConflict } from "./infer/walk.ts";

export interface InferOptions {
  /** Shapes for graph inputs, by name, in place of the declared ones. A symbol that they fix is fixed everywhere. */
  readonly inputShapes?: ReadonlyMap<string, readonly Dim[]>;
  /**
   * Takes the initial values of graph inputs for constants (default false, for callers may give others; below IR 4 they
   * cannot, and initial values are constants anyway). To describe a file, not to change it.
   */
  readonly assumeInitialValues?: boolean;
}

/** What is known of a model's values before it runs. Later edits of the graph do not show in it. */
export interface Inference {
  /**
   * The type of a value of the main graph or a subgraph. Every size is a number or an expression; sizes of which
   * nothing is known have made-up names ("?1", see `isMadeUp`), equal only where the sizes are.
   */
  type(value: Value): ValueType | undefined;
  /** The elements of a small tensor as far as they are known: from a constant, or from shape arithmetic. */
  ints(value: Value): KnownInts | undefined;
  /** Multiply-accumulates of one run of the node, its subgraphs or function body included; undefined where unknown. */
  macs(node: Node): number | undefined;
  /** Operators without a specification, sorted. */
  readonly unknownOps: readonly string[];
  /** Declared types that cannot be right. The inferred type stands. */
  readonly conflicts: readonly TypeConflict[];
  /** Nodes whose rule failed, because the file breaks the operator's own rules: only declared types are known of them. */
  readonly faults: readonly RuleFault[];
}

const mostVisits = 1_000_000;

/** Infers types, shapes and small integer values through the whole model, in time linear in its nodes. */
export function inferTypes(model: Model, options: InferOptions = {}): Inference {
  const shapes = options.inputShapes ?? new Map<string, readonly Dim[]>();
  const scope = mainScope(model, options.assumeInitialValues ?? false);
  const walk = newWalk(model, shapes);
  for (const input of model.graph.inputs) scope.types.set(input, inputType(walk, input, shapes.get(input.name)));
  walkGraph(walk, model.graph, scope);
  return {
    type: (value) => typeIn(scope, value) ?? value.type,
    ints: (value) => knownIn(scope, value),
    macs: (node) => walk.macs.get(node),
    unknownOps: [...walk.unknownOps].sort(),
    conflicts: [...walk.conflicts.values()],
    faults: [...walk.faults.values()],
  };
}

function mainScope(model: Model, assumeInitial: boolean): Scope {
  return {
    opsets: model.opsets,
    attrs: undefined,
    types: new Map(),
    known: new Map(),
    constants: new Map(),
    graphMacs: new Map(),
    initialIsConstant: assumeInitial || (model.format === "onnx" && model.formatVersion < 4),
  };
}

function newWalk(model: Model, shapes: ReadonlyMap<string, readonly Dim[]>): Walk {
  let made = 0;
  const functions = model.functions.map((fn) => [functionKey(fn.domain, fn.name, fn.overload), fn] as const);
  return {
    model,
    ...fixedSizes(model, shapes),
    macs: new Map(),
    unknownOps: new Set(),
    conflicts: new Map(),
    faults: new Map(),
    functions: new Map(functions),
    fresh: () => `?${++made}`,
    active: new Set(),
    budget: mostVisits,
    depth: 0,
  };
}

/** What given input shapes say of declared symbols, and whether they leave declared numbers standing. */
function fixedSizes(model: Model, shapes: ReadonlyMap<string, readonly Dim[]>): Pick<Walk, "sizes" | "believeSizes"> {
  const sizes = new Map<string, number | string>();
  let believeSizes = true;
  for (const input of model.graph.inputs) {
    const declared = input.type?.kind === "tensor" ? input.type.shape : undefined;
    for (const [axis, given] of (shapes.get(input.name) ?? []).entries()) {
      const dim = declaredDim(declared?.[axis]);
      if (typeof dim === "number" && given !== dim) believeSizes = false;
      const [name] = symbolsOf(dim);
      if (given !== undefined && name !== undefined && isName(dim, name) && !sizes.has(name)) sizes.set(name, given);
    }
  }
  return { sizes, believeSizes };
}

function isName(dim: Dim, name: string): boolean {
  return dim === name || dim === `\`${name}\``;
}

function inputType(walk: Walk, input: Value, given: readonly Dim[] | undefined): ValueType | undefined {
  const { origin } = input;
  const initial = origin.kind === "input" ? origin.initial : undefined;
  const declared = declaredType(input.type, walk.sizes);
  const base: ValueType | undefined =
    declared ?? (initial && { kind: "tensor", dtype: initial.dtype, shape: initial.shape });
  if (given === undefined) return nameUnknown(base, walk.fresh);
  const dtype = base?.kind === "tensor" ? base.dtype : undefined;
  return nameUnknown({ kind: "tensor", dtype, shape: given.map(declaredDim) }, walk.fresh);
}
