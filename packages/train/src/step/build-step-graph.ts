/**
 * From a model to its step graph.
 *
 * 1. A copy with fixed sizes; dropout and batch-norms as in training; its float constants judged (see the plan).
 * 2. Teachers beside it, then the loss with its terms.
 * 3. Trained constants become slices of flat state vectors, of those that the loss depends on.
 * 4. The backward pass, accumulation, clipping, the optimizer's update, averages.
 * 5. Outputs: metrics and next states; the model's own are gone, and what only they needed.
 */
import type { Graph, Model, Node, Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { requiredInputs } from "@pare/pass";
import { maskShapeError, nothingTrainedError, opsetTooOldError, unknownValueError } from "../errors.ts";
import { activeBetween } from "../gradient/active.ts";
import { trainBatchNorms } from "../prepare/batch-norm.ts";
import { chooseParameters, planOf } from "../prepare/choose-parameters.ts";
import { dropUnused } from "../prepare/drop-unused.ts";
import { rewriteDropout } from "../prepare/dropout.ts";
import { withFixedSizes } from "../prepare/fix-sizes.ts";
import { liftConstants } from "../prepare/lift-constants.ts";
import type { TrainingPlan } from "../prepare/plan.ts";
import { buildObjective, type Objective } from "./objective.ts";
import type { StepOptions } from "./options.ts";
import type { Trained } from "./parameter-vectors.ts";
import { buildStep, type PreparedModel } from "./step-builder.ts";
import type { StepGraph } from "./step-graph.ts";
import { placeTeachers } from "./teachers.ts";

/**
 * @param model opset 21 or later, float32; it is not changed
 * @throws TRAIN_OPSET, TRAIN_SHAPE, TRAIN_BATCH_FIXED, TRAIN_NOTHING, TRAIN_LOSS, TRAIN_GRADIENT, TRAIN_TEACHER_MODEL, TRAIN_VALUE, TRAIN_MASK
 */
export function buildStepGraph(model: Model, options: StepOptions): StepGraph {
  const prepared = prepare(model, options);
  const { graph } = prepared.model;
  const output = outputOf(graph, options.output);
  const inputs = requiredInputs(prepared.model).map(({ name }) => ({ kind: "input", name }) as const);
  const teachers = placeTeachers(prepared.model, options);
  const inference = inferTypes(prepared.model);
  const objective = graph.edit("loss", (edit) => buildObjective({ graph, edit, inference, output, teachers, options }));
  const { trained, plan } = dependedOn(graph, prepared.plan, objective, options);
  const step = graph.edit("step", (edit) => buildStep({ ...prepared, options, edit }, objective, trained));
  dropUnused(graph);
  const { batch, formulation = "cpu", loss } = options;
  const feeds = [...inputs, ...objective.feeds];
  return { model: prepared.model, batch, formulation, loss: loss.kind, feeds, plan, ...step };
}

interface Prepared extends PreparedModel {
  readonly plan: TrainingPlan;
}

/** Backward passes are written in this operator set of the default domain. */
const leastOpset = 21;

/** Whether the loss depends on what the plan trains is not known yet. */
function prepare(given: Model, options: StepOptions): Prepared {
  const opset = given.opsets.get("onnx") ?? 1;
  if (opset < leastOpset) throw opsetTooOldError(opset, leastOpset);
  const model = withFixedSizes(given, options);
  liftConstants(model.graph);
  const dropout = rewriteDropout(model.graph, inferTypes(model), options.dropout ?? "drop", options.seed ?? 0);
  const plan = chooseParameters(model, options);
  checkNamed(plan, options);
  const trains = (node: Node) => options.batchNorm !== "frozen" && !options.frozen?.(node);
  const statistics = trainBatchNorms(model.graph, inferTypes(model), options.formulation ?? "cpu", trains);
  return { model, plan, statistics, dropout };
}

/** What options say of constants by name is said of constants that are there. */
function checkNamed({ constants }: TrainingPlan, { also = new Map(), masks = new Map() }: StepOptions): void {
  const shapes = new Map(constants.map(({ name, shape }) => [name, shape]));
  for (const name of [...also.keys(), ...masks.keys()])
    if (!shapes.has(name)) throw unknownValueError("a float constant of the model", name, []);
  for (const [name, { shape }] of masks)
    if (shape.join() !== shapes.get(name)!.join()) throw maskShapeError(name, shapes.get(name)!, shape);
}

function outputOf(graph: Graph, name: string | undefined): Value {
  const found = name === undefined ? graph.outputs[0] : graph.outputs.find((output) => output.name === name);
  if (found !== undefined) return found;
  throw unknownValueError(
    "output",
    name ?? "",
    graph.outputs.map((output) => output.name),
  );
}

/** What is left of the plan once the loss is known: constants that it does not depend on stay as they are. */
function dependedOn(graph: Graph, plan: TrainingPlan, { loss, projections }: Objective, options: StepOptions) {
  const constantsOf = new Map([...graph.values].map((value) => [value.name, value] as const));
  const chosen = plan.constants.filter(({ kind }) => kind !== undefined).map(({ name }) => constantsOf.get(name)!);
  const active = activeBetween(graph, [...chosen, ...projections], [loss]);
  const constants = plan.constants.map((each) =>
    each.kind === undefined || active.has(constantsOf.get(each.name))
      ? each
      : { ...each, kind: undefined, reason: "the loss does not depend on it" },
  );
  const kept = constants.flatMap(({ name, kind }) =>
    kind === undefined
      ? []
      : trainedConstant(constantsOf.get(name)!, { kind, kept: true, mask: options.masks?.get(name) }),
  );
  if (kept.length === 0) throw nothingTrainedError(constants.length);
  const others = projections.flatMap((value) =>
    trainedConstant(value, { kind: "weight", kept: false, mask: undefined }),
  );
  return { trained: [...kept, ...others], plan: planOf(constants) };
}

function trainedConstant(value: Value, facts: Omit<Trained, "value" | "tensor">): readonly Trained[] {
  return value.origin.kind === "constant" ? [{ value, tensor: value.origin.tensor, ...facts }] : [];
}
