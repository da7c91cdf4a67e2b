import { type DType, elementCount, stringTensor, type Tensor, tensorOf } from "@pare/tensor";
import { attr } from "../attributes.ts";
import type { Attr, AttrKind, Dim, GraphBuilder, ValueType } from "../types.ts";
import { parseGraph } from "./parse.ts";
import type { Scanner } from "./scanner.ts";
import { dtypeOf } from "./types.ts";

/** `float[N, 3]`, `seq(int64[])`, `optional(float)`, `map(int64, float)`, `sparse_tensor(float[4])`. */
export function parseType(scanner: Scanner): ValueType {
  const word = scanner.word();
  const inner = () => {
    scanner.expect("(");
    const type = parseType(scanner);
    scanner.expect(")");
    return type;
  };
  if (word === "seq") return { kind: "sequence", element: inner() };
  if (word === "optional") return { kind: "optional", element: inner() };
  if (word === "sparse_tensor") return { ...(inner() as ValueType & { kind: "tensor" }), kind: "sparse-tensor" };
  if (word === "map") {
    scanner.expect("(");
    const key = parseDType(scanner);
    scanner.expect(",");
    const value = parseType(scanner);
    scanner.expect(")");
    return { kind: "map", key, value };
  }
  const dtype = dtypeOf(word);
  if (dtype === undefined && word !== "unknown") throw scanner.error(`"${word}" is no type`);
  return { kind: "tensor", dtype, shape: parseShape(scanner) };
}

function parseDType(scanner: Scanner): DType {
  const word = scanner.word();
  const dtype = dtypeOf(word);
  if (dtype === undefined) throw scanner.error(`"${word}" is no element type`);
  return dtype;
}

/** `[N, 3, ?]`; nothing: a scalar; `[]`: the rank is unknown. */
function parseShape(scanner: Scanner): Dim[] | undefined {
  if (!scanner.comesNext("[")) return [];
  const dims = scanner.list("[", "]", () => {
    const text = scanner.dim();
    if (text === "?") return undefined;
    return /^\d+$/.test(text) ? Number(text) : text;
  });
  return dims.length > 0 ? dims : undefined;
}

/** The data of a constant: `{1, 2}`, `splat(0.5)` for equal elements, or `random(7)`: seeded, for tests. */
export function parseTensor(scanner: Scanner, type: ValueType): Tensor {
  const shape = type.kind === "tensor" ? type.shape?.map((dim) => (typeof dim === "number" ? dim : -1)) : undefined;
  if (type.kind !== "tensor" || type.dtype === undefined || shape === undefined || shape.includes(-1))
    throw scanner.error("a constant needs a tensor type of known shape");
  const { dtype } = type;
  const count = elementCount(shape);
  const argument = () => {
    scanner.expect("(");
    const value = Number(numberText(scanner));
    scanner.expect(")");
    return value;
  };
  if (scanner.accept("random")) return tensorOf(dtype, shape, randomNumbers(count, argument(), dtype));
  if (scanner.accept("splat")) return tensorOf(dtype, shape, new Array<number>(count).fill(argument()));
  if (dtype === "string")
    return stringTensor(
      shape,
      scanner.list("{", "}", () => scanner.string()),
    );
  const isWide = dtype === "int64" || dtype === "uint64";
  const values = scanner.list("{", "}", () => (isWide ? BigInt(scanner.number()) : Number(numberText(scanner))));
  if (values.length !== count) throw scanner.error(`${count} elements are needed, ${values.length} are given`);
  return tensorOf(dtype, shape, values);
}

function numberText(scanner: Scanner): string {
  return scanner.number().replace("inf", "Infinity").replace("nan", "NaN");
}

/** Uniform on [−1, 1) for floats, whole numbers on [−8, 8) (or [0, 8)) else; mulberry32. */
function randomNumbers(count: number, seed: number, dtype: DType): number[] {
  let state = (seed + 1) * 0x9e3779b9;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const scale = dtype.startsWith("int") ? 16 : 8;
  if (dtype.includes("int") || dtype === "bool")
    return Array.from({ length: count }, () => Math.floor(next() * scale) - (scale - 8));
  return Array.from({ length: count }, () => next() * 2 - 1);
}

/** Names of attribute kinds in the text form. */
const kindNames: Readonly<Record<string, AttrKind>> = {
  int: "int",
  ints: "ints",
  float: "float",
  floats: "floats",
  string: "string",
  strings: "strings",
  tensor: "tensor",
  graph: "graph",
};

/** `alpha = 0.5`, `pads = [1, 1]`, `axes: ints = []`, `value = float[2] {1, 2}`, `alpha: float = @slope`. */
export function parseAttribute(scanner: Scanner, builder: GraphBuilder): [string, Attr] {
  const name = scanner.name();
  const kindName = scanner.accept(":") ? scanner.word() : undefined;
  const kind = kindName === undefined ? undefined : kindNames[kindName];
  if (kindName !== undefined && kind === undefined) throw scanner.error(`"${kindName}" is no attribute kind`);
  scanner.expect("=");
  if (scanner.accept("@")) {
    if (kind === undefined) throw scanner.error("a reference needs its kind: name: float = @other");
    return [name, { kind: "reference", name: scanner.name(), of: kind }];
  }
  return [name, parseAttributeValue(scanner, builder, kind)];
}

function parseAttributeValue(scanner: Scanner, builder: GraphBuilder, kind: AttrKind | undefined): Attr {
  if (scanner.comesNext("[")) return parseAttributeList(scanner, kind);
  if (scanner.isString() && kind !== "graph") return attr.string(scanner.string());
  if (scanner.accept("graph")) return attr.graph(parseGraph(scanner, (name) => builder.subgraph(name)));
  if (scanner.accept("type")) return attr.type(parseType(scanner));
  if (scanner.isName() && !/^(inf|nan)$/.test(kind ?? "") && !scanner.comesNext("inf") && !scanner.comesNext("nan"))
    return attr.tensor(parseTensor(scanner, parseType(scanner)));
  return parseNumber(scanner, kind);
}

function parseNumber(scanner: Scanner, kind: AttrKind | undefined): Attr {
  const text = scanner.number();
  const isInt = kind === "int" || (kind === undefined && /^[-+]?\d+$/.test(text));
  return isInt ? attr.int(BigInt(text)) : attr.float(Number(text.replace("inf", "Infinity").replace("nan", "NaN")));
}

function parseAttributeList(scanner: Scanner, kind: AttrKind | undefined): Attr {
  const items = scanner.list("[", "]", () =>
    scanner.isString() ? attr.string(scanner.string()) : parseNumber(scanner, kind === "floats" ? "float" : undefined),
  );
  const first = items[0]?.kind;
  if (kind === "strings" || first === "string")
    return { kind: "strings", values: items.flatMap((item) => (item.kind === "string" ? [item.value] : [])) };
  if (kind === "floats" || items.some((item) => item.kind === "float"))
    return attr.floats(items.map((item) => (item.kind === "int" || item.kind === "float" ? Number(item.value) : 0)));
  return attr.ints(items.flatMap((item) => (item.kind === "int" ? [item.value] : [])));
}
