import type { Graph, Node, Value, ValueType } from "@pare/ir";
import { change, changeOne, changeText, type FieldChange, keep, layout } from "./layout.ts";
import { GraphOrigin, NodeOrigin, type Origin, sparseOrigins, tensorOrigins } from "./origin.ts";
import { readEntries } from "./read-entries.ts";
import { Rope } from "./rope.ts";
import { type FieldSpec, schema } from "./schema.ts";
import type { Field } from "./wire.ts";
import { encodeNode } from "./write-node.ts";
import { encodeSparseTensor, encodeTensor } from "./write-tensor.ts";
import { encodeType, sameType } from "./write-type.ts";
import type { Writing } from "./writing.ts";

const proto = schema.GraphProto;

/** A GraphProto: nodes, constants and declarations as they are now, everything else as it was read. */
export function encodeGraph(graph: Graph, writing: Writing): Rope {
  const origin = originOf(graph);
  const infos = new Infos(graph, origin, writing);
  const changes = [
    changeNodes(proto.node, graph, origin, writing),
    changeInitializers(graph, origin, writing),
    changeSparseInitializers(graph, origin, writing),
    infos.ports(proto.input, graph.inputs),
    infos.ports(proto.output, graph.outputs),
    infos.changeValueInfo(proto.value_info),
  ];
  if (origin !== undefined) changes.push(keepAnnotations(graph, origin));
  if (origin?.name !== graph.name || !writing.reuse) changes.splice(1, 0, changeText(proto.name, graph.name));
  return layout(origin, changes);
}

export function originOf(graph: Graph): GraphOrigin | undefined {
  return graph.carried instanceof GraphOrigin ? graph.carried : undefined;
}

/** `first`: nodes to put before the others, encoded. */
export function changeNodes(
  spec: FieldSpec,
  graph: Graph,
  origin: Origin | undefined,
  writing: Writing,
  first: readonly Rope[] = [],
): FieldChange {
  const nodes = [...graph.nodes];
  const match = matchByStart(nodes, origin, ({ carried }) => (carried instanceof NodeOrigin ? carried : undefined));
  const payload = (item: Node | Rope) => (item instanceof Rope ? item : encodeNode(item, writing));
  return change<Node | Rope>(spec, { items: [...first, ...nodes], ordered: true, match, payload });
}

function changeInitializers(graph: Graph, origin: Origin | undefined, writing: Writing): FieldChange {
  const items = Array.from(graph.values).filter((value) => dataOf(value) !== undefined);
  const match = matchByStart(items, origin, (value) => tensorOrigins.get(dataOf(value)!));
  const payload = (value: Value) => encodeTensor(dataOf(value)!, writing, value.name);
  return change(proto.initializer, { items, match, payload });
}

/** The data of an initializer: of a constant, or of an input that has an initial value. */
function dataOf({ origin }: Value) {
  if (origin.kind === "constant") return origin.tensor;
  return origin.kind === "input" ? origin.initial : undefined;
}

function changeSparseInitializers(graph: Graph, origin: Origin | undefined, writing: Writing): FieldChange {
  const items = Array.from(graph.values).flatMap(({ name, origin: from }) =>
    from.kind === "sparse-constant" ? [{ name, tensor: from.tensor }] : [],
  );
  const match = matchByStart(items, origin, ({ tensor }) => sparseOrigins.get(tensor));
  const payload = ({ name, tensor }: (typeof items)[number]) => encodeSparseTensor(tensor, writing, name);
  return change(proto.sparse_initializer, { items, match, payload });
}

/** Finds what a field was read into by where its bytes begin. */
function matchByStart<T>(
  items: readonly T[],
  origin: Origin | undefined,
  originOfItem: (item: T) => Origin | undefined,
) {
  const byStart = new Map<number, T>();
  for (const item of items) {
    const own = originOfItem(item);
    const start = own?.spans[0]?.from;
    if (own !== undefined && own.wire === origin?.wire && start !== undefined) byStart.set(start, item);
  }
  return ({ from }: Field) => byStart.get(from);
}

/**
 * Declarations of names and types, found again by their names, so that a name that passes to another value keeps its doc
 * string. Types are compared with what was read; a declaration that differs is written anew, one of a value that is gone
 * or whose type is no longer known is dropped.
 */
export class Infos {
  readonly #graph: Graph;
  readonly #origin: GraphOrigin | undefined;
  readonly #writing: Writing;

  constructor(graph: Graph, origin: GraphOrigin | undefined, writing: Writing) {
    this.#graph = graph;
    this.#origin = origin;
    this.#writing = writing;
  }

  /** Inputs or outputs. A value may be an output twice: each place is an item of its own. */
  ports(spec: FieldSpec, values: readonly Value[]): FieldChange {
    const items = values.map((value) => ({ value }));
    const left = new Map<string, typeof items>();
    for (const item of items.toReversed()) {
      const same = left.get(item.value.name);
      if (same === undefined) left.set(item.value.name, [item]);
      else same.push(item);
    }
    return change(spec, {
      items,
      ordered: true,
      match: (field) => left.get(this.#nameIn(field))?.pop(),
      payload: ({ value }, field) => this.#encode(value, field),
    });
  }

  /** New values are declared only where the file declares others. */
  changeValueInfo(spec: FieldSpec): FieldChange {
    const ports = new Set<Value>([...this.#graph.inputs, ...this.#graph.outputs]);
    const declares = this.#origin === undefined || this.#origin.hasValueInfo;
    const isInner = (value: Value) => value.origin.kind === "output" && value.name !== "" && !ports.has(value);
    const items = declares ? Array.from(this.#graph.values).filter((value) => value.type && isInner(value)) : [];
    return change(spec, {
      items,
      match: (field) => this.#valueOf(field),
      payload: (value, field) => this.#encode(value, field),
    });
  }

  #valueOf(field: Field): Value | typeof keep | undefined {
    const name = this.#nameIn(field);
    if (this.#origin?.dangling.has(name)) return keep;
    const value = this.#graph.value(name);
    if (value === undefined || value.graph !== this.#graph) return undefined;
    return value.type === undefined && this.#origin?.types.get(name) !== undefined ? undefined : value;
  }

  #nameIn(field: Field): string {
    const message = this.#origin?.wire.message([field], "ValueInfoProto", "declaration");
    return message?.text(schema.ValueInfoProto.name) ?? "";
  }

  #encode(value: Value, field: Field | undefined): Rope {
    const { name, type } = schema.ValueInfoProto;
    const wire = this.#origin?.wire;
    const message = field && wire?.message([field], "ValueInfoProto", "declaration");
    const { reuse } = this.#writing;
    const changes: FieldChange[] = message === undefined || !reuse ? [changeText(name, value.name)] : [];
    if (!reuse || !this.#isAsRead(value, message !== undefined)) {
      const before = message?.child(type, "");
      const encode = (known: ValueType) => encodeType(known, reuse, before);
      if (value.type !== undefined || message === undefined) changes.push(changeOne(type, value.type, encode));
    }
    return layout(message, changes);
  }

  #isAsRead({ name, type }: Value, isDeclared: boolean): boolean {
    return isDeclared && sameType(type, this.#origin?.types.get(name));
  }
}

/** An annotation goes when the tensor that it speaks of is gone, or a tensor that it names. */
function keepAnnotations(graph: Graph, origin: GraphOrigin): FieldChange {
  const { tensor_name, quant_parameter_tensor_names } = schema.TensorAnnotation;
  const isThere = (name: string) => origin.dangling.has(name) || graph.value(name) !== undefined;
  const match = (field: Field) => {
    const message = origin.wire.message([field], "TensorAnnotation", "annotation");
    const names = [message.text(tensor_name) ?? "", ...readEntries(message, quant_parameter_tensor_names).values()];
    return names.every(isThere) ? keep : undefined;
  };
  return change<never>(proto.quantization_annotation, { items: [], match, payload: (none) => none });
}
