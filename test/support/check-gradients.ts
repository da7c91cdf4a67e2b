import { createOnnxRuntimeEngine } from "@pare/engine";
import { cloneModel, type Model, parseModel, type Value } from "@pare/ir";
import { type Formulation, inferTypes, shapeOf } from "@pare/ops";
import { seededRandom } from "@pare/pass";
import { arrayOf, evaluate, type NumberArray } from "@pare/reference";
import { elementCount, numbers, tensorOf } from "@pare/tensor";
import { differentiate, nodeMaker } from "@pare/train";
import { afterAll, expect } from "vitest";

export interface GradientCase {
  /** A model in the text form, opset 21 or later, with fixed sizes. Every float input is differentiated, or those of `of`. */
  readonly text: string;
  readonly of?: readonly string[];
  /** Values of inputs by name: from a normal number, and from a uniform one in [0, 1). Default: the normal one. */
  readonly draw?: Readonly<Record<string, (normal: number, uniform: number) => number>>;
  readonly formulations?: readonly Formulation[];
  readonly seed?: number;
  /** False where ONNX Runtime has no kernel yet. Default true. */
  readonly runtime?: boolean;
}

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

/**
 * Holds the backward pass of a model to its definition, with loss = Σ c·output for drawn c:
 * the float64 evaluator's gradients agree with its own central differences to 1e-6 of the largest, and ONNX Runtime's
 * with the evaluator's to 1e-4 in relative L2, for each input.
 */
export async function checkGradients(given: GradientCase): Promise<void> {
  for (const formulation of given.formulations ?? ["portable", "cpu"]) await checkFormulation(given, formulation);
}

async function checkFormulation(given: GradientCase, formulation: Formulation): Promise<void> {
  const step = withGradients(given, formulation, normals((given.seed ?? 1) + 1000));
  const inputs = drawInputs(step.model, given);
  const exact = evaluate(step.model, inputs);
  const measured = given.runtime === false ? undefined : await runInOnnxRuntime(step.model, inputs);
  expect(step.gradients.size, "no gradient at all").toBeGreaterThan(0);
  for (const [input, output] of step.gradients) {
    const gradient = exact.get(output)!;
    const where = `${formulation}: gradient of ${input}`;
    expect(gradient.shape, where).toEqual(inputs.get(input)!.shape);
    compareWithDifferences(step, inputs, { input, gradient, where });
    if (measured === undefined) continue;
    expect(relativeError(measured.get(output)!, gradient.data), `${where} in ONNX Runtime`).toBeLessThan(1e-4);
  }
}

export interface GradientAt {
  /** As in a `GradientCase`. */
  readonly text: string;
  /** Elements of inputs by name. */
  readonly at: Readonly<Record<string, readonly number[]>>;
  /** ∂(sum of all outputs)/∂input, by hand. */
  readonly gives: Readonly<Record<string, readonly number[]>>;
}

/** For values at kinks, where differences say nothing: both formulations, in the evaluator and in ONNX Runtime. */
export async function checkGradientsAt({ text, at, gives }: GradientAt): Promise<void> {
  for (const formulation of ["portable", "cpu"] as const) {
    const step = withGradients({ text, of: Object.keys(gives) }, formulation, () => 1);
    const inputs = new Map(
      step.model.graph.inputs.map(({ name, type }) => [name, arrayOf(shapeOf(type) as number[], at[name]!)]),
    );
    const exact = evaluate(step.model, inputs);
    const measured = await runInOnnxRuntime(step.model, inputs);
    for (const [input, expected] of Object.entries(gives)) {
      const output = step.gradients.get(input)!;
      expect(rounded(exact.get(output)!.data), `${formulation}: gradient of ${input}`).toEqual(rounded(expected));
      expect(rounded(measured.get(output)!), `${formulation}: ${input} in ONNX Runtime`).toEqual(rounded(expected));
    }
  }
}

/** To five digits, without a sign of zero and numbers that float32 does not have. */
function rounded(elements: ArrayLike<number>): readonly number[] {
  return Array.from(elements, (element) => (Math.abs(element) < 1e-30 ? 0 : Number(element.toPrecision(5))));
}

interface Step {
  readonly model: Model;
  /** Without the backward pass. */
  readonly forward: Model;
  readonly loss: string;
  /** Name of the gradient output by input. */
  readonly gradients: ReadonlyMap<string, string>;
}

type GradientTask = Pick<GradientCase, "text" | "of">;

/** The loss is Σ weight·output. */
function withGradients({ text, of }: GradientTask, formulation: Formulation, weight: () => number): Step {
  const model = cloneModel(parseModel(text));
  const outputs = model.graph.outputs;
  const summed: { total?: Value } = {};
  const before = inferTypes(model);
  model.graph.edit("loss", (edit) => {
    const make = nodeMaker(edit, "loss/");
    for (const output of outputs) {
      const shape = shapeOf(before.type(output)) as readonly number[];
      const weights = Float32Array.from({ length: elementCount(shape) }, weight);
      const term = make.op("ReduceSum", [make.op("Mul", [output, make.floats(weights, shape)])]);
      summed.total = summed.total === undefined ? term : make.op("Add", [summed.total, term]);
    }
  });
  const loss = summed.total!;
  const forward = cloneModel(model);
  const inference = inferTypes(model);
  const wanted = model.graph.inputs.filter(({ name, type }) =>
    of === undefined ? type?.kind === "tensor" && type.dtype === "float32" : of.includes(name),
  );
  const opset = model.opsets.get("onnx")!;
  return model.graph.edit("gradients", (edit) => {
    const found = differentiate({ graph: model.graph, edit, loss, of: wanted, formulation, inference, opset });
    const outputOf = (value: Value) => {
      const copy = nodeMaker(edit, "result/").op("Identity", [value]);
      edit.output(copy);
      return copy.name;
    };
    outputOf(loss);
    return {
      model,
      forward,
      loss: loss.name,
      gradients: new Map([...found].map(([input, value]) => [input.name, outputOf(value)])),
    };
  });
}

/** Float32 numbers, so that ONNX Runtime sees the same. */
function drawInputs(model: Model, { draw = {}, seed = 1 }: GradientCase): ReadonlyMap<string, NumberArray> {
  const normal = normals(seed);
  const uniform = seededRandom(seed + 1);
  return new Map(
    model.graph.inputs.map(({ name, type }) => {
      const shape = shapeOf(type) as readonly number[];
      const element = draw[name] ?? ((x: number) => x);
      return [
        name,
        arrayOf(
          shape,
          Array.from({ length: elementCount(shape) }, () => Math.fround(element(normal(), uniform()))),
        ),
      ];
    }),
  );
}

const mostElements = 40;

interface Checked {
  readonly input: string;
  readonly gradient: NumberArray;
  readonly where: string;
}

/** All elements of a small gradient, some all over a large one. */
function compareWithDifferences(step: Step, inputs: ReadonlyMap<string, NumberArray>, checked: Checked): void {
  const { input, gradient, where } = checked;
  const count = gradient.data.length;
  const stride = Math.max(1, Math.floor(count / mostElements));
  const scale = gradient.data.reduce((most, element) => Math.max(most, Math.abs(element)), 1);
  for (let i = 0; i < count; i += stride) {
    const error = Math.abs(gradient.data[i]! - centralDifference(step, inputs, input, i));
    expect(error, `${where}, element ${i}`).toBeLessThan(1e-6 * scale);
  }
}

function centralDifference(step: Step, inputs: ReadonlyMap<string, NumberArray>, name: string, i: number): number {
  const { shape, data } = inputs.get(name)!;
  const h = 1e-5 * Math.max(1, Math.abs(data[i]!));
  const lossAt = (value: number) => {
    const moved = data.slice();
    moved[i] = value;
    return evaluate(step.forward, new Map([...inputs, [name, { shape, data: moved }]])).get(step.loss)!.data[0]!;
  };
  return (lossAt(data[i]! + h) - lossAt(data[i]! - h)) / (2 * h);
}

async function runInOnnxRuntime(model: Model, inputs: ReadonlyMap<string, NumberArray>) {
  await using session = await engine.open(model);
  const typed = new Map(
    model.graph.inputs.map(({ name, type }) => [name, type?.kind === "tensor" ? type.dtype! : "float32"]),
  );
  const tensors = [...inputs].map(
    ([name, { shape, data }]) => [name, tensorOf(typed.get(name) ?? "float32", shape, [...data])] as const,
  );
  const results = await session.run(new Map(tensors));
  return new Map([...results].map(([name, tensor]) => [name, [...numbers(tensor)]]));
}

/** ‖a − b‖ ÷ ‖b‖; where b is 0, ‖a‖. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const norm = (elements: readonly number[]) =>
    Math.sqrt(elements.reduce((sum, element) => sum + element * element, 0));
  const base = norm(Array.from(b));
  return norm(Array.from(b, (element, i) => a[i]! - element)) / (base === 0 ? 1 : base);
}

/** Standard normal numbers (Box and Muller, 1958). */
function normals(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
