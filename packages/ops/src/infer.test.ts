import { allNodes, type Model, parseModel, typeText, type Value } from "@pare/ir";
import { describe, expect, it } from "vitest";
import { type InferOptions, inferTypes } from "./infer.ts";

const header = '<ir_version: 10, opset_import: ["" : 21, "local" : 1]>';

function model(text: string): Model {
  return parseModel(`${header} ${text}`);
}

function named(graph: Model["graph"], name: string): Value {
  const found = graph.value(name);
  if (found === undefined) throw new Error(`no value ${name}`);
  return found;
}

/** The types of the outputs of a graph, made-up sizes as "?". */
function outputsOf(text: string, options?: InferOptions): string {
  const parsed = model(text);
  const inference = inferTypes(parsed, options);
  expect(inference.faults).toEqual([]);
  return parsed.graph.outputs
    .map((output) => typeText(inference.type(output)))
    .join(", ")
    .replaceAll(/`?\?\d+`?/g, "?");
}

describe("declared and inferred types", () => {
  it("an inferred number beats a declared symbol, an expression beats a declared number", () => {
    expect(outputsOf("g (float[2,3] x) => (float[N,M] y) { y = Neg (x) }")).toBe("float[2,3]");
    expect(outputsOf("g (float[N,3] x) => (float[1,3] y) { y = Neg (x) }")).toBe("float[N,3]");
  });

  it("what a rule cannot know is taken from the declaration", () => {
    expect(outputsOf("g (bool[3] x) => (int64[1,2] y) { y = NonZero (x) }")).toBe("int64[1,2]");
    expect(outputsOf("g (float[N] x) => (float[N,7] y) { y = other.Unknown (x) }")).toBe("float[N,7]");
  });

  it("a contradiction is reported and the inferred type stands", () => {
    const parsed = model("g (float[2,3] x) => (float[5] y) { y = Neg (x) }");
    const { conflicts, type } = inferTypes(parsed);
    expect(
      conflicts.map(({ value, declared, inferred }) => [value.name, typeText(declared), typeText(inferred)]),
    ).toEqual([["y", "float[5]", "float[2,3]"]]);
    expect(typeText(type(named(parsed.graph, "y")))).toBe("float[2,3]");
  });

  it("sizes without a name get one of their own, equal where the sizes are", () => {
    const parsed = model("g (float[?,3] a, float[?,3] b) => (c, d) { c = Neg (a) d = Neg (b) }");
    const { type } = inferTypes(parsed);
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => typeText(type(named(parsed.graph, name))));
    expect(a).toBe(c);
    expect(b).toBe(d);
    expect(a).not.toBe(b);
  });
});

describe("given input shapes", () => {
  it("replace the declared ones, and fix their symbols everywhere", () => {
    const text = "g (float[N,3] x, float[N,4] z) => (y) { y = Concat <axis = 1> (x, z) }";
    expect(outputsOf(text)).toBe("float[N,7]");
    expect(outputsOf(text, { inputShapes: new Map([["x", [2, 3]]]) })).toBe("float[2,7]");
  });

  it("make declared sizes of inner values doubtful where they contradict the declared input", () => {
    const text = "g (float[1,3] x) => (float[1,9] y) { y = other.Unknown (x) }";
    expect(outputsOf(text, { inputShapes: new Map([["x", [1, 3]]]) })).toBe("float[1,9]");
    expect(outputsOf(text, { inputShapes: new Map([["x", [4, 3]]]) })).toBe("float[?,?]");
  });

  it("an initial value is a constant only below IR 4, or where the caller says so", () => {
    const graph = "g (float[2,3] x, int64[1] s = {-1}) => (y) { y = Reshape (x, s) }";
    expect(outputsOf(graph)).toBe("float[?]");
    expect(outputsOf(graph, { assumeInitialValues: true })).toBe("float[6]");
    const old = parseModel(`<ir_version: 3, opset_import: ["" : 9]> ${graph}`);
    expect(typeText(inferTypes(old).type(named(old.graph, "y")))).toBe("float[6]");
  });
});

describe("subgraphs", () => {
  it("an If has what its branches share, or all of the branch that is taken", () => {
    const branches = (condition: string) => `g (bool c, float[N,2] x) => (y) <bool yes = {1}> {
      y = If <then_branch = graph t () => (a) { a = Neg (x) },
              else_branch = graph e () => (b) <int64[1] axis = {0}> { b = ReduceSum (x, axis) }> (${condition}) }`;
    expect(outputsOf(branches("c"))).toBe("float[?,2]");
    expect(outputsOf(branches("yes"))).toBe("float[N,2]");
  });

  it("sees what shape arithmetic makes of a condition", () => {
    const text = `g (float[1,4] x) => (y) <int64 zero = {0}, int64 one = {1}, int64[1] axis = {0}> {
      s = Shape (x)  d = Gather (s, zero)  c = Equal (d, one)
      y = If <then_branch = graph t () => (a) { a = Squeeze (x, axis) },
              else_branch = graph e () => (b) { b = Identity (x) }> (c) }`;
    expect(outputsOf(text)).toBe("float[4]");
    expect(outputsOf(text.replace("[1,4]", "[N,4]"))).toBe("float[]");
  });

  it("a Loop's carried values lose the sizes that change, scanned values get the number of runs", () => {
    expect(
      outputsOf(`g (float[N,2] x, float[3] z) => (v, w, all) <int64 runs = {5}, bool go = {1}> {
        v, w, all = Loop <body = graph b (int64 i, bool c, float[?,?] p, q) => (c2, p2, q2, r) {
          c2 = Identity (c)  p2 = Concat <axis = 0> (p, x)  q2 = Neg (q)  r = Neg (z) }> (runs, go, x, z) }`),
    ).toBe("float[?,2], float[3], float[5,3]");
  });

  it("sizes made up inside a body do not leave it", () => {
    const parsed = model(`g (float[N] x, int64 runs) => (v, all) <bool go = {1}> {
        v, all = Loop <body = graph b (int64 i, bool c, p) => (c2, p2, r) {
          c2 = Identity (c)  n = NonZero (p)  t = Transpose (n)  f = Cast <to = 1> (t)
          zero = Constant <value_ints = [0]> ()  p2 = ReduceSum <keepdims = 0> (f, one)  r = Identity (p2)
          one = Constant <value_ints = [1]> () }> (runs, go, x) }`);
    const { type, faults } = inferTypes(parsed);
    expect(faults).toEqual([]);
    const body = [...allNodes(parsed)].find((node) => node.type === "ReduceSum");
    const inner = type(body!.outputs[0]!);
    const outer = type(named(parsed.graph, "v"));
    expect(inner).not.toEqual(outer);
    expect(typeText(outer)).toMatch(/^float\[`?\?\d+`?\]$/);
  });

  it("a Scan cuts its inputs and stacks its outputs", () => {
    expect(
      outputsOf(`g (float[4] h, float[T,4] xs) => (last, all) {
        last, all = Scan <num_scan_inputs = 1, scan_output_axes = [1], body = graph b (p, x) => (p2, o) {
          p2 = Add (p, x)  o = Neg (p2) }> (h, xs) }`),
    ).toBe("float[4], float[4,T]");
  });
});

describe("functions", () => {
  const halves = `
    <domain: "local", opset_import: ["" : 13]>
    halves <axis> (a) => (b) {
      s = Constant <value_ints: ints = @axis> ()
      b = ReduceSum <keepdims = 0> (a, s)
    }`;

  it("are inferred by their body, with the call's types and attributes", () => {
    const text = `g (float[N,3] x, float[2,5] z) => (y, v) {
      y = local.halves <axis = [1]> (x)  v = local.halves <axis = [0]> (z) } ${halves}`;
    expect(outputsOf(text)).toBe("float[N], float[5]");
  });

  it("pass constants in and known elements out", () => {
    const text = `g (float[2,6] x) => (y) <int64[1] minus = {-1}> {
      s = local.target (x, minus)  y = Reshape (x, s) }
      <domain: "local", opset_import: ["" : 21]>
      target (a, m) => (t) { three = Constant <value_ints = [3]> ()  t = Concat <axis = 0> (three, m) }`;
    expect(outputsOf(text)).toBe("float[3,4]");
  });

  it("that call each other end", () => {
    const text = `g (float[2] x) => (y) { y = local.f (x) }
      <domain: "local", opset_import: ["local" : 1]> f (a) => (b) { c = local.f (a)  b = local.f (c) }`;
    expect(outputsOf(text)).toBe("unknown");
  });
});

describe("robustness", () => {
  it("operators without a specification are reported once, and their multiply-accumulates are unknown", () => {
    const parsed = model("g (x) => (y) { a = other.B (x) b = other.A (a) c = Neg (b) y = other.B (c) }");
    const { unknownOps, macs } = inferTypes(parsed);
    expect(unknownOps).toEqual(["other.A", "other.B"]);
    expect([...parsed.graph.nodes].map(macs)).toEqual([undefined, undefined, 0, undefined]);
  });

  it("a node that breaks its operator's rules is a fault of its own", () => {
    const parsed = model('g (float[2,3] x) => (y, float[2] z) { y = Neg (x) z = ArgMax <axis = "one"> (x) }');
    const { faults, type } = inferTypes(parsed);
    expect(faults.map(({ node }) => node.type)).toEqual(["ArgMax"]);
    expect(typeText(type(named(parsed.graph, "y")))).toBe("float[2,3]");
    expect(typeText(type(named(parsed.graph, "z")))).toBe("float[2]");
  });

  it("a rank that a file makes up costs nothing", () => {
    const parsed = model("g (float[2] x, int64[99999999999] s) => (y, z) { y = Reshape (x, s) z = Expand (x, s) }");
    const { faults, type } = inferTypes(parsed);
    expect(faults.map(({ message }) => message.slice(0, 8))).toEqual(["OPS_RANK", "OPS_RANK"]);
    expect(type(named(parsed.graph, "y"))).toBeUndefined();
  });

  it("takes time linear in the nodes", () => {
    const count = 20_000;
    const chain = Array.from({ length: count }, (_, i) => `v${i + 1} = Add (v${i}, w)`).join(" ");
    const parsed = model(`g (float[batch,seq,4] v0, float[4] w) => (v${count}) { ${chain} }`);
    const start = performance.now();
    const { type } = inferTypes(parsed);
    expect(typeText(type(named(parsed.graph, `v${count}`)))).toBe("float[batch,seq,4]");
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
