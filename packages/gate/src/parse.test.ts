import { expect, test } from "vitest";
import { metricsOf } from "./expression.ts";
import { parseGate } from "./parse.ts";

const names = [
  "accuracy.top1",
  "loss",
  "latency.online.p50",
  "latency.online.p99",
  "latency.two-threads.p50",
  "size.file",
  "nodes",
];
const place = "gates[0] in recipe.yaml:9";
const parse = (text: string) => parseGate(text, { known: names }, place);
const faultOf = (text: string): string => {
  try {
    parse(text);
    return "no fault";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

test("a comparison of metrics and numbers becomes plain data", () => {
  expect(parse("accuracy.top1 >= original.accuracy.top1 - 0.01").condition).toEqual({
    kind: "compare",
    op: ">=",
    left: { kind: "metric", metric: { subject: "result", name: "accuracy.top1" } },
    right: {
      kind: "arithmetic",
      op: "-",
      left: { kind: "metric", metric: { subject: "original", name: "accuracy.top1" } },
      right: { kind: "number", value: 0.01 },
    },
  });
});

test.each([
  ["nodes < 3 and not (size.file > 2 or nodes == 1)", ["nodes", "size.file", "nodes"]],
  ["0.5 < accuracy.top1 < 0.9", ["accuracy.top1", "accuracy.top1"]],
  ["-max(nodes, 3) != +abs(base.nodes) * 2 / 3", ["nodes", "base.nodes"]],
  ["top1 > 0", ["accuracy.top1"]],
  ["base.top1 > 0", ["base.accuracy.top1"]],
  ["latency.p99 < 3", ["latency.online.p99"]],
  [
    "latency.two-threads.p50 < original.latency.two-threads.p50 - 1",
    ["latency.two-threads.p50", "original.latency.two-threads.p50"],
  ],
  ['latency["two-threads"].p50 < 3', ["latency.two-threads.p50"]],
])("%s speaks of %j", (text, metrics) => {
  const found = metricsOf(parse(text).condition);
  expect(found.map(({ subject, name }) => (subject === "result" ? name : `${subject}.${name}`))).toEqual(metrics);
});

test("an ambiguous path lists the choices, a mistyped one suggests", () => {
  expect(faultOf("original.latency.p50 < 3")).toBe(
    `GATE_AMBIGUOUS at ${place}: "original.latency.p50" may mean several metrics. ` +
      "Write one of: original.latency.online.p50, original.latency.two-threads.p50.",
  );
  expect(faultOf("acuracy.top1 > 0.9")).toBe(
    `GATE_METRIC at ${place}: there is no metric "acuracy.top1". Did you mean "accuracy.top1"? ` +
      `Metrics of this recipe: ${names.join(", ")}.`,
  );
});

test.each([
  "f(x) = 3",
  "nodes = 3",
  "nodes; 1 < 2",
  "nodes < 3\nnodes < 4",
  "import({a: 1}) < 3",
  "parse('1') < 3",
  "nodes.constructor('return 1')() < 3",
  'nodes["constructor"]["name"] < 3',
  "__proto__ < 3",
  "toString < 3",
  "constructor(1) < 3",
  "sqrt(nodes) < 3",
  "abs(nodes, 1) < 3",
  "max() < 3",
  "[1, 2] == [1, 2]",
  "{a: 1}.a < 3",
  '"a" == "a"',
  "nodes ? 1 : 2",
  "nodes[1] < 3",
  "nodes^2 < 3",
  "nodes! < 3",
  "10% < nodes",
  "latency.online.p50 < 5 ms",
  "1:3 < nodes",
  "true",
  "nodes",
  "",
  "nodes < ",
  "not nodes",
  "(1 < 2) < 3",
  "pi < 4",
  "createUnit('x') < 3",
  "nodes < 0x",
  "nodes < 3 and 1",
])("%j is refused in the house's form", (text) => {
  expect(faultOf(text)).toMatch(/^GATE_(SYNTAX|METRIC) at gates\[0\] in recipe\.yaml:9: /);
});

test.each([
  [" ", "it is empty"],
  ["nodes < 1e400", '"Infinity" is no finite number'],
  ["nodes < NaN", '"NaN" is no finite number'],
  ["size.file <= 50%", '"50 %": percentages are not written (shares are 0 to 1)'],
  ["nodes < 3; nodes < 4", '"nodes < 3; nodes < 4" is more than one condition: write each as a gate of its own'],
  ["nodes < 3 && loss < 1", "(&& is written and, || is written or)"],
  ["nodes < 9^9^9^9", '"9 ^ 9 ^ 9 ^ 9" is more than a gate may say'],
])("%j: the fault says what is wrong", (text, problem) => expect(faultOf(text)).toContain(problem));

test("any class is let pass where nobody knows the classes yet, but it must be named", () => {
  const names = { known: ["nodes", "f1.macro"], perClass: ["f1.class"] };
  const gate = parseGate("original.f1.class.3 > nodes", names, place);
  const metric = { subject: "original", name: "f1.class.3", perClass: "f1.class" };
  expect(metricsOf(gate.condition)).toContainEqual(metric);
  expect(() => parseGate("f2.class.3 > 1", names, place)).toThrow(
    "Metrics of this recipe: nodes, f1.macro, f1.class.<name of a class>.",
  );
  expect(() => parseGate("f1.class > 1", names, place)).toThrow(
    `GATE_AMBIGUOUS at ${place}: "f1.class" may mean several metrics. Write one of: f1.class.<name of a class>.`,
  );
  expect(() => parseGate("original.f1 > 1", names, place)).toThrow(
    "Write one of: original.f1.macro, original.f1.class.<name of a class>.",
  );
  expect(() => parseGate("f1.macro.zzz > 1", names, place)).toThrow("GATE_METRIC");
});

test("classes that are known are the only ones", () => {
  const classes = ["cat", "sports car", "v1.2", "wild-cat"];
  const names = { known: ["nodes"], perClass: ["recall.class"], classes };
  const nameOf = (text: string) => metricsOf(parseGate(text, names, place).condition).map(({ name }) => name);
  expect(nameOf("recall.class.cat > 1")).toEqual(["recall.class.cat"]);
  expect(nameOf('recall.class["sports car"] > 1')).toEqual(["recall.class.sports car"]);
  expect(nameOf("original.recall.class['v1.2'] > 1")).toEqual(["recall.class.v1.2"]);
  expect(nameOf("recall.class.wild-cat > nodes - 3")).toEqual(["recall.class.wild-cat", "nodes"]);
  expect(() => parseGate("recall.class.cut > 1", names, place)).toThrow(
    `GATE_METRIC at ${place}: there is no class "cut". Did you mean "cat"? Write one of: recall.class.cat, ` +
      'recall.class["sports car"], recall.class["v1.2"], recall.class["wild-cat"].',
  );
  expect(() => parseGate("recall > 1", names, place)).toThrow("Write one of: recall.class.cat, ");
});

test("of classes that are numbers the data may lack the last", () => {
  const names = { known: [], perClass: ["recall.class"], classes: ["0", "1"] };
  expect(() => parseGate("recall.class.7 > 1", names, place)).not.toThrow();
  expect(() => parseGate("recall.class.zzz > 1", names, place)).toThrow('there is no class "zzz"');
});

test("length is bounded", () => {
  expect(faultOf(`nodes < ${"1+".repeat(300)}1`)).toMatch(/^GATE_LENGTH .*expected at most 500 characters, got 609/);
});

test("deep nesting within the length is read", () => {
  expect(parse(`${"(".repeat(200)}nodes < 3${")".repeat(200)}`).condition.kind).toBe("compare");
});
