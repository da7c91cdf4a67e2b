import type { PareError } from "@pare/error";
import {
  type Attr,
  type AttrKind,
  attrsOf,
  type Dim,
  type Edit,
  type Node,
  type Value,
  type ValueType,
  withAttrs,
} from "@pare/ir";
import { dtypeOf, type Inference, shapeOf } from "@pare/ops";
import { type DType, elementCount, makeTensor, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { type Constants, constantOf } from "./constants.ts";
import { opsetRefusedError } from "./errors.ts";

/** Rewrites one node so that it means at opset `site.version` what it meant just below. */
export type Rewrite = (site: Site) => void;

/** What the rewrites of one graph share. */
export interface Raising {
  readonly edit: Edit;
  readonly constants: Constants;
  /** What was known of the values before the first rewrite. */
  readonly types: Inference;
  /** Values that a rewrite put behind a node, and the ones that they took over from: `types` knows only these. */
  readonly successors: Map<Value, Value>;
  /** The opset that the model has in the end. */
  readonly to: number;
}

type AttrChanges = Readonly<Record<string, Attr | undefined>>;
type Inputs = readonly (Value | undefined)[];

/** A node at the version that changes it: what a rewrite may ask, and all that it may do. */
export class Site {
  readonly node: Node;
  readonly version: number;
  readonly to: number;
  readonly #raising: Raising;
  #changed = false;

  constructor(node: Node, version: number, raising: Raising) {
    this.node = node;
    this.version = version;
    this.to = raising.to;
    this.#raising = raising;
  }

  get changed(): boolean {
    return this.#changed;
  }

  /** The error to throw where the node cannot be raised. `reason` follows a colon. */
  refused(reason: string): PareError {
    return opsetRefusedError(this.node, this.version, reason);
  }

  int(name: string): number | undefined {
    const found = this.#attr(name, "int");
    return found && Number(found.value);
  }

  /** Exact: "to the end" is often written as 2^63 − 1. */
  ints(name: string): readonly bigint[] | undefined {
    return this.#attr(name, "ints")?.values;
  }

  float(name: string): number | undefined {
    return this.#attr(name, "float")?.value;
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attr(name, "floats")?.values;
  }

  string(name: string): string | undefined {
    const found = this.#attr(name, "string");
    return found && new TextDecoder().decode(found.value);
  }

  shape(input: number): readonly Dim[] | undefined {
    return constantOf(this.node.inputs[input])?.shape ?? shapeOf(this.#type(input));
  }

  dtype(input: number): DType | undefined {
    return constantOf(this.node.inputs[input])?.dtype ?? dtypeOf(this.#type(input));
  }

  constant(input: number): Tensor | undefined {
    return constantOf(this.node.inputs[input]);
  }

  /** The elements of an input, where it is constant or inference knows all of them. */
  elements(input: number): readonly number[] | undefined {
    const tensor = this.constant(input);
    if (tensor !== undefined) return [...numbers(tensor)];
    const value = this.node.inputs[input];
    const known = value && this.#raising.types.ints(value)?.elements;
    return known?.every((element) => typeof element === "number") ? known : undefined;
  }

  isUsed(output: number): boolean {
    return (this.node.outputs[output]?.uses.size ?? 0) > 0;
  }

  /** Changes the node in place. An attribute given as undefined is dropped, and so are inputs left out at the end. */
  change({ op, inputs, attrs }: { op?: string; inputs?: Inputs; attrs?: AttrChanges }): void {
    const { edit } = this.#raising;
    const before = this.node.inputs;
    if (op !== undefined) edit.setOp(this.node, `onnx.${op}`);
    if (inputs !== undefined) edit.setInputs(this.node, inputs.slice(0, inputs.findLastIndex(Boolean) + 1));
    for (const input of before) if (input?.uses.size === 0) this.#discard(input);
    if (attrs !== undefined) edit.setAttrs(this.node, withAttrs(this.node.attrs, attrs));
    this.#changed = true;
  }

  /** Drops the outputs from `count` on. @throws OPSET_REFUSED where one is used */
  dropOutputs(count: number, reason: string): void {
    if (this.node.outputs.length <= count) return;
    for (let slot = count; slot < this.node.outputs.length; slot++) if (this.isUsed(slot)) throw this.refused(reason);
    this.#raising.edit.setOutputCount(this.node, count);
    this.#changed = true;
  }

  /** Adds a node directly before this one; gives its output. */
  before(type: string, inputs: Inputs, attrs: AttrChanges = {}): Value {
    const spec = { attrs: attrsOf(attrs), name: this.#nameFor(type), before: this.node };
    this.#changed = true;
    return this.#raising.edit.node(`onnx.${type}`, inputs, spec).outputs[0]!;
  }

  /** Puts a node behind an output. It takes over the output's name, declared type and uses. */
  after(output: number, type: string, inputs: Inputs = [], attrs: AttrChanges = {}): void {
    const { edit, successors } = this.#raising;
    const inner = this.node.outputs[output]!;
    const { name, type: declared } = inner;
    const spec = { attrs: attrsOf(attrs), name: this.#nameFor(type), graph: this.node.graph };
    const follower = edit.node(`onnx.${type}`, [inner, ...inputs], spec);
    const outer = follower.outputs[0]!;
    edit.replaceUses(inner, outer, (use) => use.kind === "output" || use.node !== follower);
    edit.rename(inner, `${name}_inner`);
    edit.rename(outer, name);
    edit.retype(inner, undefined);
    edit.retype(outer, declared);
    successors.set(outer, inner);
    this.#changed = true;
  }

  /** A constant for this node, shared with equal ones. */
  tensor(stem: string, dtype: DType, shape: readonly number[], values: readonly (number | bigint)[]): Value {
    return this.#raising.constants.place(stem, tensorOf(dtype, shape, values), this.node);
  }

  /** A 1-D int64 constant. */
  int64s(stem: string, values: readonly (number | bigint)[]): Value {
    return this.tensor(stem, "int64", [values.length], values);
  }

  /** A scalar of the element type that the input has; where that is unknown, CastLike finds it out. */
  scalarLike(input: number, stem: string, value: number): Value {
    const dtype = this.dtype(input);
    if (dtype !== undefined) return this.tensor(stem, dtype, [], [value]);
    if (this.to < 15) throw this.refused(`its ${stem} has to be of the data's element type, which is unknown`);
    return this.before("CastLike", [this.tensor(stem, "float32", [], [value]), this.node.inputs[input]]);
  }

  /**
   * The input in another shape, as Reshape takes it: 0 keeps a size, −1 is what remains. The same bytes where the input
   * is constant, else through a Reshape node.
   */
  reshaped(input: number, target: readonly number[]): Value {
    const value = this.node.inputs[input]!;
    const tensor = this.constant(input);
    if (tensor === undefined) return this.before("Reshape", [value, this.int64s("shape", target)]);
    const kept = target.map((size, axis) => (size === 0 ? (tensor.shape[axis] ?? 0) : size));
    const rest = elementCount(tensor.shape) / -elementCount(kept);
    const changed = makeTensor(
      tensor.dtype,
      kept.map((size) => (size === -1 ? rest : size)),
      tensor.source,
    );
    if (value.origin.kind !== "constant" || value.uses.size > 1)
      return this.#raising.constants.place(value.name, changed, this.node);
    this.#raising.edit.setConstant(value, changed);
    this.#raising.edit.retype(value, undefined);
    this.#changed = true;
    return value;
  }

  #attr<K extends AttrKind>(name: string, kind: K): Extract<Attr, { kind: K }> | undefined {
    const found = this.node.attrs.get(name);
    if (found === undefined) return undefined;
    if (found.kind === "reference")
      throw this.refused(`its attribute ${name} is the function's attribute ${found.name}, which differs by call`);
    if (!isKind(found, kind)) throw this.refused(`its attribute ${name} should be of kind ${kind}, not ${found.kind}`);
    return found;
  }

  #type(input: number): ValueType | undefined {
    const { types, successors } = this.#raising;
    let value = this.node.inputs[input];
    while (value !== undefined && successors.has(value)) value = successors.get(value);
    return value && types.type(value);
  }

  #discard(unused: Value): void {
    const { edit } = this.#raising;
    if (unused.origin.kind === "constant") edit.removeConstant(unused);
    else if (unused.origin.kind === "output" && unused.origin.node.op === "onnx.Constant")
      edit.remove(unused.origin.node);
  }

  #nameFor(type: string): string {
    return this.node.name === "" ? "" : `${this.node.name}_${type.toLowerCase()}`;
  }
}

function isKind<K extends AttrKind>(found: Attr, kind: K): found is Extract<Attr, { kind: K }> {
  return found.kind === kind;
}
