import { parseModel } from "@pare/ir";
import type { Session, Tensors } from "@pare/pass";
import { numbers, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "./engine.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/** next = count + step; doubled = 2 · next. */
const counter = () =>
  parseModel(`main (float[2] count, float[2] step) => (float[2] next, float[2] doubled) {
    next = Add (count, step)
    doubled = Add (next, next)
  }`);

const pair = (a: number, b: number) => tensorOf("float32", [2], [a, b]);
const values = (tensors: Tensors) => Object.fromEntries([...tensors].map(([name, t]) => [name, [...numbers(t)]]));
const stepBy = (a: number, b: number): Tensors => new Map([["step", pair(a, b)]]);
const count = { input: "count", initial: pair(0, 100), from: "next" } as const;

async function counting(): Promise<Session> {
  const session = await engine.open(counter());
  await session.hold([count]);
  return session;
}

describe("a held input", () => {
  test("takes its output after every run, which is sent back only when it is asked for", async () => {
    const session = await counting();
    expect(values(await session.held())).toEqual({ count: [0, 100] });
    expect(values(await session.run(stepBy(1, 2)))).toEqual({ doubled: [2, 204] });
    expect(values(await session.run(stepBy(1, 2), { fetch: ["next"] }))).toEqual({ next: [2, 104] });
    expect(values(await session.run(stepBy(10, 10), { fetch: ["doubled"] }))).toEqual({ doubled: [24, 228] });
    expect(values(await session.held(["count"]))).toEqual({ count: [12, 114] });
  });

  test("without an output stays, and may be all that a run needs", async () => {
    const session = await counting();
    await session.hold([{ input: "step", initial: pair(1, -1) }]);
    for (let i = 0; i < 5; i++) await session.run(new Map());
    expect(values(await session.held())).toEqual({ count: [5, 95], step: [1, -1] });
  });

  test("is replaced by holding again, and for one run by what the run is given", async () => {
    const session = await counting();
    await session.run(stepBy(1, 1));
    await session.hold([{ input: "count", initial: pair(7, 7) }]);
    // No output is linked any more: all of them come.
    expect(values(await session.run(stepBy(1, 1)))).toEqual({ next: [8, 8], doubled: [16, 16] });
    await session.hold([count]);
    await session.run(new Map([...stepBy(1, 1), ["count", pair(50, 50)]]));
    expect(values(await session.held())).toEqual({ count: [51, 51] });
  });

  test("keeps its bytes while the memory of fed inputs is used again", async () => {
    const session = await engine.open(
      parseModel(`main (float[2] x, float[2] last) => (float[2] y, float[2] was) {
        y = Identity (x)
        was = Identity (last)
      }`),
    );
    await session.hold([{ input: "last", initial: pair(0, 0), from: "y" }]);
    const given = (i: number): Tensors => new Map([["x", pair(i, i)]]);
    for (let i = 1; i <= 4; i++) expect(values(await session.run(given(i)))).toEqual({ was: [i - 1, i - 1] });
  });

  test("may change places with another", async () => {
    const session = await engine.open(
      parseModel(`main (float[1] a, float[1] b) => (float[1] ofA, float[1] ofB, float[1] sum) {
        ofA = Identity (a)
        ofB = Identity (b)
        sum = Add (a, b)
      }`),
    );
    await session.hold([
      { input: "a", initial: tensorOf("float32", [1], [1]), from: "ofB" },
      { input: "b", initial: tensorOf("float32", [1], [2]), from: "ofA" },
    ]);
    expect(values(await session.run(new Map()))).toEqual({ sum: [3] });
    expect(values(await session.held())).toEqual({ a: [2], b: [1] });
  });

  test("is another session's own affair", async () => {
    const [one, two] = [await counting(), await counting()];
    await one.run(stepBy(1, 1));
    await two.run(stepBy(5, 5));
    await one.run(stepBy(1, 1));
    expect(values(await one.held())).toEqual({ count: [2, 102] });
    expect(values(await two.held())).toEqual({ count: [5, 105] });
    await one[Symbol.asyncDispose]();
    await expect(one.held()).rejects.toThrow(/^ENGINE_CLOSED/);
    expect(values(await two.held())).toEqual({ count: [5, 105] });
  });

  test("is used, and not moved on, where a session is observed or timed", async () => {
    const session = await counting();
    await session.observe(stepBy(1, 1), [{ value: "doubled" }], { batch: 1 });
    expect((await session.observed()).get("doubled")).toMatchObject({ min: 2, max: 202 });
    await engine.time([{ session, inputs: stepBy(1, 1) }], { warmupRuns: 1, blocks: 1, runsPerBlock: 2, seed: 0 });
    expect(values(await session.held())).toEqual({ count: [0, 100] });
  });

  test("stays as it was when a run fails", async () => {
    const session = await engine.open(
      parseModel(`main (float[2] count, int64[1] at) => (float[2] next, float[1] one) {
        one = Gather (count, at)
        next = Add (count, count)
      }`),
    );
    await session.hold([{ input: "count", initial: pair(1, 2), from: "next" }]);
    const at = (index: number): Tensors => new Map([["at", tensorOf("int64", [1], [index])]]);
    await expect(session.run(at(9))).rejects.toThrow(/^ENGINE_RUN/);
    expect(values(await session.run(at(1)))).toEqual({ one: [2] });
    expect(values(await session.held())).toEqual({ count: [2, 4] });
  });
});

describe("holding refuses", () => {
  test.each([
    ["an unknown input", { input: "count_", initial: pair(0, 0) }, /ENGINE_INPUT .*no input "count_"/],
    ["an unknown output", { ...count, from: "next_" }, /ENGINE_OUTPUT .*no output "next_"/],
    [
      "another shape",
      { ...count, initial: tensorOf("float32", [3], [0, 0, 0]) },
      /ENGINE_INPUT .*another shape \(expected \[2\], got \[3\]\)/,
    ],
    ["another element type", { ...count, initial: tensorOf("int32", [2], [0, 0]) }, /ENGINE_INPUT .*element type/],
  ])("%s", async (_, held, message) => {
    const session = await engine.open(counter());
    await expect(session.hold([held])).rejects.toThrow(message);
    expect(await session.held()).toEqual(new Map());
  });

  test("an output that never fits", async () => {
    const session = await engine.open(parseModel("main (float[2] x) => (float[1] y) { y = ReduceSum (x) }"));
    await expect(session.hold([{ input: "x", initial: pair(0, 0), from: "y" }])).rejects.toThrow(
      /ENGINE_OUTPUT .*cannot take output "y" \(expected float32 \[2\], got float32 \[1\]\)/,
    );
  });

  test("reading what is not held", async () => {
    await expect((await counting()).held(["step"])).rejects.toThrow(/ENGINE_INPUT .*no value is held for input "step"/);
  });
});
