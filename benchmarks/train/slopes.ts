/**
 * Whether step graphs of whole models have the right gradients: the loss's slope along its gradient, by central differences,
 * over the gradient's squared length. That is 1, but for kinks, curvature and float32; where an operator's rule is wrong, or
 * a parameter is used where nobody looked, it is another number, the same for all step lengths.
 *
 *   npm run check:slopes -- [--batch 4] [--batch-norm train] <model.onnx …>
 *
 * For classifiers of any inputs whose sizes behind the batch are fixed. Float inputs are drawn; integers are tokens 1 to 9,
 * masks (by their names) 1; weights are moved a little, so that none is 0. Prints a JSON line a model; exits 1 where a ratio
 * is more than 5 % off at its best. Parameters with a small share of the gradient can be wrong unseen: rules have tests of
 * their own.
 */
import { parseArgs } from "node:util";
import { createOnnxRuntimeEngine } from "@pare/engine";
import { readModelFile } from "@pare/formats";
import { shapeOf } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import { requiredInputs, type Session, seededRandom, type Tensors } from "@pare/pass";
import { elementCount, numbers, type Tensor, tensorOf } from "@pare/tensor";
import { buildStepGraph, type StepGraph, separateParameters } from "@pare/train";

const { values: options, positionals: paths } = parseArgs({
  options: { batch: { type: "string", default: "4" }, "batch-norm": { type: "string", default: "frozen" } },
  allowPositionals: true,
});
const batch = Number(options.batch);
const batchNorm = options["batch-norm"];
if (paths.length === 0 || (batchNorm !== "train" && batchNorm !== "frozen"))
  throw new Error("see the head of slopes.ts");
/** Of the loss, by the first order. */
const changes = [1e-2, 3e-3, 1e-3, 3e-4];
const tolerance = 0.05;
/** What every weight is moved by at most. */
const jitter = 0.02;

await using engine = createOnnxRuntimeEngine();
let wrong = 0;
for (const path of paths) {
  try {
    const result = await slopes(path);
    if (!result.ratios.some((ratio) => Math.abs(ratio - 1) < tolerance)) wrong++;
    console.log(JSON.stringify({ path, ...result }));
  } catch (fault) {
    wrong++;
    console.log(JSON.stringify({ path, fault: String(fault) }));
  }
}
process.exitCode = wrong > 0 ? 1 : 0;

async function slopes(path: string) {
  const step = stepOf(path);
  await using session = await engine.open(step.model);
  const random = seededRandom(1);
  const between = () => 2 * random() - 1;
  const feeds = feedsOf(step, between);
  const trained = trainedStates(step);
  const start: Tensors = new Map(
    step.state.map(({ input, initial }) => [
      input,
      trained.has(input) ? changed(initial, (each) => each + jitter * between()) : initial,
    ]),
  );
  const { loss, next } = await runStep(session, step, feeds, start, 1);
  const gradient = new Map([...trained].map((input) => [input, difference(start.get(input)!, next.get(input)!)]));
  const square = [...gradient.values()].reduce((sum, each) => sum + each.reduce((all, g) => all + g * g, 0), 0);
  const lossAt = async (length: number) => {
    const moved = new Map(start);
    for (const [input, g] of gradient)
      moved.set(
        input,
        changed(start.get(input)!, (each, i) => each - length * g[i]!),
      );
    return (await runStep(session, step, feeds, moved, 0)).loss;
  };
  const ratios: number[] = [];
  for (const change of changes) {
    const length = (change * Math.abs(loss)) / square;
    ratios.push(Number((((await lossAt(-length)) - (await lossAt(length))) / (2 * length * square)).toFixed(4)));
  }
  const { nodeCount } = step.model.graph;
  return { nodes: nodeCount, trained: step.plan.trained, loss, norm: Number(Math.sqrt(square).toPrecision(3)), ratios };
}

function stepOf(path: string): StepGraph {
  const model = readModelFile(path);
  upgradeOpset(model, 21);
  separateParameters(model);
  const shapes = requiredInputs(model).map(
    ({ name, type }) => [name, [batch, ...((shapeOf(type) ?? []).slice(1) as number[])]] as const,
  );
  return buildStepGraph(model, {
    ...{ batch, loss: { kind: "cross-entropy" }, optimizer: { kind: "sgd" } },
    inputShapes: new Map(shapes),
    batchNorm: batchNorm === "train" ? "train" : "frozen",
  });
}

/** Inputs of states whose parameters are trained: running statistics are states, too. */
function trainedStates({ plan, parameters }: StepGraph): ReadonlySet<string> {
  const kinds = new Map(plan.constants.map(({ name, kind }) => [name, kind]));
  return new Set(parameters.filter(({ name }) => kinds.get(name) !== undefined).map(({ state }) => state));
}

function feedsOf(step: StepGraph, between: () => number): Tensors {
  return new Map(
    step.feeds.map(({ kind, name }) => {
      const { type } = step.model.graph.value(name)!;
      const shape = shapeOf(type) as readonly number[];
      const dtype = (type?.kind === "tensor" ? type.dtype : undefined) ?? "float32";
      const element = (i: number) => {
        if (kind === "target") return i % 2;
        if (dtype === "float32") return between();
        return name.includes("mask") ? 1 : 1 + Math.floor(4.5 * (between() + 1));
      };
      return [
        name,
        tensorOf(
          dtype,
          shape,
          Array.from({ length: elementCount(shape) }, (_, i) => element(i)),
        ),
      ];
    }),
  );
}

async function runStep(session: Session, step: StepGraph, feeds: Tensors, states: Tensors, rate: number) {
  const rates = { "learning-rate": rate, momentum: 0 };
  const scalars = step.rates.map(({ kind, name }) => [name, tensorOf("float32", [], [rates[kind]])] as const);
  const results = await session.run(new Map([...feeds, ...states, ...scalars]));
  const next = new Map(step.state.map(({ input, output }) => [input, results.get(output)!]));
  return { loss: numbers(results.get(step.metrics.get("loss")!)!)[0]!, next };
}

function changed(tensor: Tensor, change: (element: number, i: number) => number): Tensor {
  return tensorOf(tensor.dtype, tensor.shape, numbers(tensor).map(change));
}

function difference(a: Tensor, b: Tensor): Float64Array {
  const others = numbers(b);
  return Float64Array.from(numbers(a), (each, i) => each - others[i]!);
}
