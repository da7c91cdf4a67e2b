/**
 * What rewrites share while they work on one model: what is known of its values, the door for changes, the notes, and
 * how many parameter bytes there are to spend. A node's output that keeps its name keeps its meaning; constants may be
 * given other data.
 */
import type { Dim, Edit, Graph, Model, Node, Value, ValueType } from "@pare/ir";
import { constantOfNode, dtypeOf, type Inference, inferTypes, type KnownInts, shapeOf } from "@pare/ops";
import type { Note, Tools } from "@pare/pass";
import { type DType, type Tensor, tensorOf } from "@pare/tensor";
import { dropUnused } from "./drop-unused.ts";
import { Journal } from "./journal.ts";
import { Ledger } from "./ledger.ts";
import { Steepness } from "./steepness.ts";

export class Scene {
  readonly model: Model;
  readonly tools: Tools;
  readonly ledger: Ledger;
  /** The name of the pass at work: edits carry it. */
  label = "simplify";
  /** Constant expressions that the runtime did not compute: not to be tried again. */
  readonly refused = new Set<Value>();
  readonly #journal = new Journal();
  readonly #functionOpsets = new Map<Graph, ReadonlyMap<string, number>>();
  #inference: Inference;
  #steepness: Steepness;
  /** What is known of values made since the last inference, or changed. */
  #learned = new Map<Value, Known>();
  readonly #vectors = new Map<string, Value>();

  constructor(model: Model, tools: Tools) {
    this.model = model;
    this.tools = tools;
    this.ledger = new Ledger(model);
    this.#inference = inferTypes(model);
    this.#steepness = new Steepness(model);
    this.#learnFunctions();
  }

  /** Looks at the whole model again. Until then values that rewrites made are known only as far as they said. */
  refresh(): void {
    this.#inference = inferTypes(this.model);
    this.#steepness = new Steepness(this.model);
    this.#learned = new Map();
    this.#learnFunctions();
    this.ledger.recount();
  }

  #learnFunctions(): void {
    this.#functionOpsets.clear();
    for (const { body, opsets } of this.model.functions) this.#functionOpsets.set(body, opsets);
  }

  type(value: Value | undefined): ValueType | undefined {
    if (value === undefined) return undefined;
    const learned = this.#learned.get(value);
    return learned === undefined ? this.#inference.type(value) : learned.type;
  }

  shape(value: Value | undefined): readonly Dim[] | undefined {
    const constant = value?.origin.kind === "constant" ? value.origin.tensor : undefined;
    return constant?.shape ?? shapeOf(this.type(value));
  }

  dtype(value: Value | undefined): DType | undefined {
    return dtypeOf(this.type(value)) ?? this.constant(value)?.dtype;
  }

  rank(value: Value | undefined): number | undefined {
    return this.shape(value)?.length;
  }

  /** The elements of a small tensor as far as they are known before running. */
  known(value: Value | undefined): KnownInts | undefined {
    if (value === undefined) return undefined;
    const learned = this.#learned.get(value);
    return learned === undefined ? this.#inference.ints(value) : learned.ints;
  }

  /** The elements of an integer tensor, where all are known numbers. */
  ints(value: Value | undefined): readonly number[] | undefined {
    const elements = this.known(value)?.elements;
    return elements?.every((each) => typeof each === "number") ? elements : undefined;
  }

  /** The data of a constant: an initializer, or what a Constant node gives. */
  constant(value: Value | undefined): Tensor | undefined {
    if (value?.origin.kind === "constant") return value.origin.tensor;
    return value?.origin.kind === "output" ? constantOfNode(value.origin.node) : undefined;
  }

  /** The version of the operator set that a node is read by. */
  opset(node: Node): number {
    let graph = node.graph;
    while (graph.parent !== undefined) graph = graph.parent.graph;
    return (this.#functionOpsets.get(graph) ?? this.model.opsets).get(node.domain) ?? 1;
  }

  /** Function bodies hold no initializers: nothing that makes constants can be done there. */
  holdsConstants(graph: Graph): boolean {
    let root = graph;
    while (root.parent !== undefined) root = root.parent.graph;
    return root === this.model.graph;
  }

  /** Whether `value` may be computed a little differently. Notes that it was left where a step lies downstream. */
  mayRound(value: Value, what: string): boolean {
    const step = this.#steepness.stepAfter(value);
    if (step === undefined) return true;
    this.leave(`left ${what}: rounding could flip a step of ${step} behind it`, value.name);
    return false;
  }

  /**
   * Changes the graph around a node and says so: `text` is a sentence without its subject, "removed an Identity".
   * `change` gives the values that may have lost their last use; what nothing uses any more is dropped.
   */
  rewrite(node: Node, text: string, change: (edit: Edit) => readonly (Value | undefined)[]): true {
    const subject = nameOf(node);
    node.graph.edit(this.label, (edit) => {
      dropUnused(edit, change(edit), (tensor) => this.ledger.freed(tensor));
    });
    this.#journal.add("changed", text, subject);
    return true;
  }

  /** Removes what nothing uses any more. */
  drop(edit: Edit, orphans: Iterable<Value | undefined>): number {
    return dropUnused(edit, orphans, (tensor) => this.ledger.freed(tensor));
  }

  /** A constant with its bytes on the ledger. */
  constantOf(edit: Edit, name: string, tensor: Tensor, graph?: Graph): Value {
    this.ledger.spent(tensor);
    return edit.constant(name, tensor, graph);
  }

  /** A vector of int64, shared with others of the same elements. */
  intsConstant(edit: Edit, name: string, values: readonly number[]): Value {
    const key = values.join();
    const shared = this.#vectors.get(key);
    if (shared?.origin.kind === "constant" && this.model.graph.value(shared.name) === shared) return shared;
    const made = this.constantOf(edit, name, tensorOf("int64", [values.length], values.map(BigInt)), this.model.graph);
    this.#vectors.set(key, made);
    return made;
  }

  /** Bytes that `intsConstant` would add. */
  intsBytes(values: readonly number[]): number {
    const shared = this.#vectors.get(values.join());
    return shared !== undefined && this.model.graph.value(shared.name) === shared ? 0 : 8 * values.length;
  }

  /** Moves all uses of a value to another that holds the same elements. */
  replace(edit: Edit, of: Value, by: Value): void {
    this.learn(by, of);
    edit.replaceUses(of, by);
  }

  /** The same, and `by`, which meant something else before, takes the name: names of values keep their meaning. */
  takeOver(edit: Edit, of: Value, by: Value): void {
    const { name } = of;
    this.replace(edit, of, by);
    if (by.name === name) return;
    edit.rename(of, `${name}_replaced`);
    edit.rename(by, name);
  }

  /** `value` is what `like` was: its type and its known elements. */
  learn(value: Value, like: Value): void {
    const type = this.type(value) ?? this.type(like);
    this.#learned.set(value, { type, ints: this.known(value) ?? this.known(like) });
  }

  learnType(value: Value, type: ValueType | undefined): void {
    this.#learned.set(value, { type, ints: undefined });
  }

  leave(text: string, subject: string): void {
    this.#journal.add("left", text, subject);
  }

  changed(text: string, subject: string): void {
    this.#journal.add("changed", text, subject);
  }

  mark(): { rewind(): void } {
    return this.#journal.mark();
  }

  get changes(): number {
    return this.#journal.changes;
  }

  get notes(): readonly Note[] {
    return this.#journal.notes;
  }
}

interface Known {
  readonly type: ValueType | undefined;
  readonly ints: KnownInts | undefined;
}

/** How notes name a node: by its name, else by its first output. */
export function nameOf(node: Node): string {
  return node.name !== "" ? node.name : (node.outputs.find((output) => output.name !== "")?.name ?? node.type);
}
