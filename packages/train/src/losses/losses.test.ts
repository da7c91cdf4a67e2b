import { createOnnxRuntimeEngine } from "@pare/engine";
import { emptyModel, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { type DType, numbers, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { nodeMaker } from "../gradient/node-maker.ts";
import { teacherLoss } from "./distillation.ts";
import { attentionLoss, hintLoss } from "./features.ts";
import { labelLoss } from "./label-loss.ts";
import type { LossSpec } from "./loss-spec.ts";
import type { Shaped } from "./rows.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

interface Numbers {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const of = (shape: readonly number[], values: readonly number[]): Numbers => ({ shape, values });

/** Runs what `build` makes of constants that no runtime folds away: they come as inputs. */
async function run(build: (make: NodeMaker, input: Input) => readonly Value[]): Promise<readonly number[]> {
  const model = emptyModel(21);
  const fed = new Map<string, ReturnType<typeof tensorOf>>();
  const results = model.graph.edit("test", (edit) => {
    const input: Input = ({ shape, values }, dtype = "float32") => {
      const value = edit.input("x", { kind: "tensor", dtype, shape });
      fed.set(value.name, tensorOf(dtype, shape, values));
      return { value, shape };
    };
    const values = build(nodeMaker(edit, "t/"), input);
    for (const value of values) edit.output(value);
    return values;
  });
  await using session = await engine.open(model);
  const outputs = await session.run(fed);
  return results.flatMap(({ name }) => [...numbers(outputs.get(name)!)]);
}

type Input = (numbers: Numbers, dtype?: DType) => Shaped;

/** The loss, then its metrics. */
function labelled(spec: LossSpec, logits: Numbers, labels: readonly number[]) {
  return run((make, input) => {
    const { loss, metrics } = labelLoss(make, spec, input(logits), (dtype, shape) => {
      return input(of(shape, labels), dtype).value;
    });
    return [loss, ...metrics.values()];
  });
}

const close = (expected: readonly number[]) => expected.map((value) => expect.closeTo(value, 5));

describe("labels", () => {
  test("cross-entropy of even odds is log 2, of three to one log 4/3", async () => {
    const logits = of([2, 2], [0, 0, Math.log(3), 0]);
    expect(await labelled({ kind: "cross-entropy" }, logits, [1, 0])).toEqual(
      close([(Math.log(2) + Math.log(4 / 3)) / 2, 0.5]),
    );
  });

  test("cross-entropy is finite where a softmax would overflow", async () => {
    expect(await labelled({ kind: "cross-entropy" }, of([1, 2], [1e4, -1e4]), [1])).toEqual([2e4, 0]);
  });

  test("label smoothing gives ε ÷ C to every class", async () => {
    const logits = of([1, 2], [Math.log(3), 0]);
    // q = (0.9, 0.1)
    expect(await labelled({ kind: "cross-entropy", labelSmoothing: 0.2 }, logits, [0])).toEqual(
      close([0.9 * Math.log(4 / 3) + 0.1 * Math.log(4), 1]),
    );
  });

  test("tokens have classes last, pictures on axis 1; a label of −1 is not counted", async () => {
    const tokens = of([1, 3, 2], [0, 0, Math.log(3), 0, 5, 5]);
    const expected = close([(Math.log(2) + Math.log(4 / 3)) / 2, 1]);
    expect(await labelled({ kind: "cross-entropy" }, tokens, [0, 0, -1])).toEqual(expected);
    const picture = of([1, 2, 1, 3], [0, Math.log(3), 5, 0, 0, 5]);
    expect(await labelled({ kind: "cross-entropy" }, picture, [0, 0, -1])).toEqual(expected);
  });

  test("[N, C, 1, 1] has one label a sample", async () => {
    const logits = of([2, 2, 1, 1], [0, 0, Math.log(3), 0]);
    expect(await labelled({ kind: "cross-entropy" }, logits, [1, 0])).toHaveLength(2);
  });

  test("binary cross-entropy, from values and from classes", async () => {
    const expected = close([(Math.log(2) + Math.log(4 / 3)) / 2, 0.5]);
    const logits = of([2, 1], [0, Math.log(3)]);
    expect(await labelled({ kind: "binary-cross-entropy" }, logits, [1, 1])).toEqual(expected);
    expect(await labelled({ kind: "binary-cross-entropy", labels: "classes" }, logits, [1, 1])).toEqual(expected);
    expect(await labelled({ kind: "binary-cross-entropy" }, of([1, 1], [-200]), [1])).toEqual([200, 0]);
  });

  test("squared error, Huber within and beyond δ, cosine", async () => {
    expect(await labelled({ kind: "mse" }, of([1, 2], [1, 5]), [0, 2])).toEqual([5]);
    // ½·0.5² = 0.125; 2·(3 − 1) = 4
    expect(await labelled({ kind: "huber", delta: 2 }, of([1, 2], [0.5, 5]), [0, 2])).toEqual(close([4.125 / 2]));
    expect(await labelled({ kind: "cosine" }, of([2, 2], [2, 0, 1, 1]), [3, 0, 0, 5])).toEqual(
      close([(1 - Math.SQRT1_2) / 2]),
    );
  });

  test("an output without classes is refused", async () => {
    await expect(labelled({ kind: "cross-entropy" }, of([2, 1], [0, 0]), [0, 0])).rejects.toThrow(
      /TRAIN_LOSS .*\(expected \[batch, classes\] with two classes or more, got \[2, 1\]\)/,
    );
  });
});

describe("teachers", () => {
  const soft = { temperature: 2, labels: undefined };
  const taught = (spec: LossSpec, student: Numbers, teacher: Numbers) =>
    run((make, input) => [teacherLoss(make, spec, input(student), input(teacher), soft)]);

  test("T²·KL, summed over classes and averaged over the batch", async () => {
    // Cooled: teacher (3/4, 1/4), student (1/2, 1/2); the second sample agrees.
    const divergence = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    const teacher = of([2, 2], [2 * Math.log(3), 0, 1, 0]);
    const student = of([2, 2], [0, 0, 1, 0]);
    expect(await taught({ kind: "cross-entropy" }, student, teacher)).toEqual(close([(4 * divergence) / 2]));
  });

  test("the same between two Bernoulli distributions", async () => {
    const divergence = 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5);
    const teacher = of([1, 1], [2 * Math.log(3)]);
    expect(await taught({ kind: "binary-cross-entropy" }, of([1, 1], [0]), teacher)).toEqual(close([4 * divergence]));
  });
});

describe("features", () => {
  test("hints: squared error after a projection, or directly where channels agree", async () => {
    const student = of([1, 1, 1, 2], [1, 2]);
    const teacher = of([1, 2, 1, 2], [1, 2, 5, 6]);
    const [loss] = await run((make, input) => {
      const weight = (shape: readonly number[]) => input(of(shape, [1, 3])).value;
      return [hintLoss(make, { student: input(student), teacher: input(teacher) }, weight)];
    });
    expect(loss).toBeCloseTo((2 ** 2 + 0) / 4, 6);
    const same = await run((make, input) => [
      hintLoss(make, { student: input(student), teacher: input(of([1, 1, 1, 2], [1, 4])) }, () => {
        throw new Error("no projection is needed");
      }),
    ]);
    expect(same).toEqual([2]);
  });

  test("attention maps are compared by direction, whatever the channels", async () => {
    const pair = (input: Input) => ({
      student: input(of([1, 2, 1, 2], [3, 0, 1, 0])),
      teacher: input(of([1, 1, 1, 2], [0, 5])),
    });
    expect(await run((make, input) => [attentionLoss(make, pair(input))])).toEqual(close([2]));
    const alike = { student: of([1, 1, 1, 2], [1, 2]), teacher: of([1, 2, 1, 2], [3, 6, 3, 6]) };
    expect(
      await run((make, input) => [
        attentionLoss(make, { student: input(alike.student), teacher: input(alike.teacher) }),
      ]),
    ).toEqual(close([0]));
  });
});
