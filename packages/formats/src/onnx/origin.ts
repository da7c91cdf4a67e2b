import type { Attr, Attrs, SparseTensor, ValueType } from "@pare/ir";
import type { ByteSource, FileSource, Tensor } from "@pare/tensor";
import type { PathSource } from "./path-source.ts";
import type { Span, WireReader } from "./wire.ts";

/**
 * Where things came from. What has not changed is written as the bytes that were read, and what has changed keeps the
 * fields that the graph does not model (doc strings, metadata, unknown fields). Only this package looks inside.
 */
export interface Origin {
  readonly wire: WireReader;
  readonly spans: readonly Span[];
}

export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  /** Bytes. */
  readonly length: number;
}

export interface ExternalRange extends ExternalPlace {
  readonly file: FileSource | PathSource;
}

export interface TensorOrigin extends Origin {
  readonly name: string;
  /** Where the data lies outside the model file. */
  readonly external: ExternalRange | undefined;
}

export interface AttrOrigin extends Origin {
  readonly name: string;
}

/** Frozen things have no room for their origin; they keep it here as long as they live. */
export const tensorOrigins = new WeakMap<Tensor, TensorOrigin>();
export const sparseOrigins = new WeakMap<SparseTensor, Origin>();
export const attrOrigins = new WeakMap<Attr, AttrOrigin>();
export const typeOrigins = new WeakMap<ValueType, Origin>();

/** What `Node.carried` holds: the node as it was read. */
export class NodeOrigin implements Origin {
  readonly wire: WireReader;
  readonly spans: readonly [Span];
  readonly name: string;
  readonly domain: string;
  readonly type: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs: Attrs;

  constructor(wire: WireReader, span: Span, node: Omit<NodeOrigin, "wire" | "spans">) {
    this.wire = wire;
    this.spans = [span];
    this.name = node.name;
    this.domain = node.domain;
    this.type = node.type;
    this.overload = node.overload;
    this.inputs = node.inputs;
    this.outputs = node.outputs;
    this.attrs = node.attrs;
  }
}

/** What `Graph.carried` holds, for function bodies too. */
export class GraphOrigin implements Origin {
  readonly wire: WireReader;
  readonly spans: readonly Span[];
  readonly name: string;
  /** The types that named values had after reading, where the file declares one. */
  readonly types = new Map<string, ValueType | undefined>();
  /** Names that value_info or annotations speak of and nothing defines: their records are left alone. */
  readonly dangling = new Set<string>();
  hasValueInfo = false;

  constructor(wire: WireReader, spans: readonly Span[], name: string) {
    this.wire = wire;
    this.spans = spans;
    this.name = name;
  }
}

/** What `ModelFunction.carried` holds. */
export class FunctionOrigin implements Origin {
  readonly wire: WireReader;
  readonly spans: readonly [Span];
  readonly domain: string;
  readonly overload: string;
  readonly defaults: Attrs;
  readonly opsets: ReadonlyMap<string, number>;

  constructor(wire: WireReader, span: Span, read: Omit<FunctionOrigin, "wire" | "spans">) {
    this.wire = wire;
    this.spans = [span];
    this.domain = read.domain;
    this.overload = read.overload;
    this.defaults = read.defaults;
    this.opsets = read.opsets;
  }
}

/** What `Model.carried` holds. */
export class ModelOrigin implements Origin {
  readonly wire: WireReader;
  readonly spans: readonly [Span];
  /** The file; undefined for a model that was read from memory. */
  readonly path: string | undefined;
  readonly formatVersion: number;
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Every range of an external data file that a tensor used. */
  readonly external: readonly ExternalRange[];

  constructor(wire: WireReader, span: Span, read: Omit<ModelOrigin, "wire" | "spans">) {
    this.wire = wire;
    this.spans = [span];
    this.path = read.path;
    this.formatVersion = read.formatVersion;
    this.opsets = read.opsets;
    this.metadata = read.metadata;
    this.external = read.external;
  }
}

/** The path and identity of the file behind a source, where there is one. */
export function isFile(source: ByteSource): source is FileSource | PathSource {
  return "identity" in source && "path" in source;
}
