/**
 * From a model to its step graph.
 *
 * 1. A copy with fixed sizes; dropout and batch-norms as in training; its float constants judged (see the plan).
 * 2. Teachers beside it, then the loss with its terms.
 * 3. Trained constants become slices of flat state vectors, of those that the loss depends on.
 * 4. The backward pass, accumulation, clipping, the optimizer's update, averages.
 * 5. Outputs: metrics and next states; the model's own are gone, and what only they needed.
 */
import type { Edit, Graph, Model, Value } from "@pare/ir";
import { inferTypes, type NodeMaker } from "@pare/ops";
import { requiredInputs } from "@pare/pass";
import { nothingTrainedError, unknownValueError } from "../errors.ts";
import { activeBetween } from "../gradient/active.ts";
import { differentiate } from "../gradient/differentiate.ts";
import { nodeMaker } from "../gradient/node-maker.ts";
import { moving } from "../optimizers/adam.ts";
import { update } from "../optimizers/update.ts";
import { type RunningStatistic, trainBatchNorms } from "../prepare/batch-norm.ts";
import { chooseParameters, planOf } from "../prepare/choose-parameters.ts";
import { dropUnused } from "../prepare/drop-unused.ts";
import { rewriteDropout } from "../prepare/dropout.ts";
import { withFixedSizes } from "../prepare/fix-sizes.ts";
import { liftConstants } from "../prepare/lift-constants.ts";
import type { TrainingPlan } from "../prepare/plan.ts";
import { accumulate, clip, flatGradient, globalNorm } from "./flat-gradients.ts";
import { buildObjective, type Objective } from "./objective.ts";
import type { StepOptions } from "./options.ts";
import { groupParameters, makeVector, type ParameterVector, type Trained } from "./parameter-vectors.ts";
import { followStatistics } from "./running-statistics.ts";
import { States } from "./states.ts";
import type { StepGraph, StepParameter, StepRate } from "./step-graph.ts";
import { placeTeachers } from "./teachers.ts";

/**
 * @param model opset 21 or later, float32; it is not changed
 * @throws TRAIN_SHAPE, TRAIN_BATCH_FIXED, TRAIN_NOTHING, TRAIN_LOSS, TRAIN_GRADIENT, TRAIN_TEACHER_MODEL, TRAIN_VALUE
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
  const step = graph.edit("step", (edit) => new StepBuilder(prepared, options, edit).build(objective, trained));
  dropUnused(graph);
  const { batch, formulation = "cpu" } = options;
  return { model: prepared.model, batch, formulation, feeds: [...inputs, ...objective.feeds], plan, ...step };
}

/** What `buildStepGraph` would train, without building it. Whether the loss depends on it is not known yet. */
export function planTraining(model: Model, options: StepOptions): TrainingPlan {
  return prepare(model, options).plan;
}

interface Prepared {
  readonly model: Model;
  readonly plan: TrainingPlan;
  readonly statistics: readonly RunningStatistic[];
}

function prepare(given: Model, options: StepOptions): Prepared {
  const model = withFixedSizes(given, options);
  liftConstants(model.graph);
  rewriteDropout(model.graph, inferTypes(model), options.dropout ?? "drop", options.seed ?? 0);
  const plan = chooseParameters(model, options);
  const trains =
    options.batchNorm === "frozen" ? () => false : (node: Parameters<FrozenTest>[0]) => !options.frozen?.(node);
  const statistics = trainBatchNorms(model.graph, inferTypes(model), options.formulation ?? "cpu", trains);
  return { model, plan, statistics };
}

type FrozenTest = NonNullable<StepOptions["frozen"]>;

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
  const chosen = plan.constants.flatMap(({ name, kind }) =>
    kind === undefined ? [] : [{ value: graph.value(name)!, kind }],
  );
  const active = activeBetween(graph, [...chosen.map(({ value }) => value), ...projections], [loss]);
  const constants = plan.constants.map((each) =>
    each.kind === undefined || active.has(graph.value(each.name))
      ? each
      : { ...each, kind: undefined, reason: "the loss does not depend on it" },
  );
  const trained = [
    ...chosen.filter(({ value }) => active.has(value)).map((each) => ({ ...each, kept: true })),
    ...projections.map((value) => ({ value, kind: "weight" as const, kept: false })),
  ].map((each): Trained => ({ ...each, tensor: tensorOf(each.value), mask: options.masks?.get(each.value.name) }));
  if (!trained.some(({ kept }) => kept)) throw nothingTrainedError(constants.length);
  return { trained, plan: planOf(constants) };
}

function tensorOf({ origin, name }: Value) {
  if (origin.kind === "constant") return origin.tensor;
  throw new Error(`${name} is no constant`);
}

class StepBuilder {
  readonly #prepared: Prepared;
  readonly #options: StepOptions;
  readonly #edit: Edit;
  readonly #make: NodeMaker;
  readonly #states: States;
  readonly #rates = new Map<StepRate["kind"], Value>();

  constructor(prepared: Prepared, options: StepOptions, edit: Edit) {
    this.#prepared = prepared;
    this.#options = options;
    this.#edit = edit;
    this.#make = nodeMaker(edit, "step/");
    this.#states = new States(edit, this.#make);
  }

  build(objective: Objective, trained: readonly Trained[]) {
    const { weightDecay, quantizerRate } = this.#options;
    const groups = groupParameters(trained, weightDecay, quantizerRate);
    const vectors = groups.map((group) => makeVector(this.#edit, this.#make, this.#states, group));
    const gradients = this.#gradients(objective.loss, vectors);
    const norm = globalNorm(this.#make, [...gradients.values()]);
    const averages = this.#update(vectors, this.#clipped(gradients, norm));
    const running = followStatistics(this.#make, this.#states, this.#prepared.statistics);
    const metrics = this.#outputs(new Map([...objective.metrics, ["gradient-norm", norm]]));
    return {
      metrics,
      rates: [...this.#rates].map(([kind, { name }]) => ({ name, kind })),
      state: this.#states.collected,
      parameters: [...vectors.flatMap((vector) => vector.parameters), ...running],
      ...(averages.length > 0 && { averages }),
    };
  }

  #gradients(loss: Value, vectors: readonly ParameterVector[]): ReadonlyMap<ParameterVector, Value> {
    const { model } = this.#prepared;
    const found = differentiate({
      ...{ graph: model.graph, edit: this.#edit, loss },
      of: vectors.flatMap(({ views }) => views),
      formulation: this.#options.formulation ?? "cpu",
      inference: inferTypes(model),
      opset: model.opsets.get("onnx") ?? 21,
    });
    const flat = vectors.map((vector) => [vector, flatGradient(this.#edit, this.#make, vector, found)] as const);
    return accumulate(this.#make, this.#states, new Map(flat), this.#options.accumulate ?? 1);
  }

  #clipped(gradients: ReadonlyMap<ParameterVector, Value>, norm: Value): readonly Value[] {
    const all = [...gradients.values()];
    const { clipNorm } = this.#options;
    return clipNorm === undefined ? all : clip(this.#make, all, norm, clipNorm);
  }

  /** Gives where the averages are. */
  #update(vectors: readonly ParameterVector[], gradients: readonly Value[]): readonly StepParameter[] {
    const descents = vectors.map(({ group, state, elements }, i) => ({
      ...{ name: group.name, parameters: state.current, gradient: gradients[i]!, elements, decay: group.decay },
      rate: this.#scaled(this.#rate("learning-rate"), group.factor),
    }));
    const context = { make: this.#make, states: this.#states, momentum: () => this.#rate("momentum") };
    const updated = update(context, this.#options.optimizer, descents);
    return vectors.flatMap((vector, i) => {
      vector.state.next(updated[i]!);
      return this.#averaged(vector, updated[i]!);
    });
  }

  #averaged({ group, initial, parameters }: ParameterVector, updated: Value): readonly StepParameter[] {
    const { average } = this.#options;
    if (average === undefined) return [];
    const state = this.#states.gated(`${group.name}.average`, initial);
    state.next(moving(this.#make, state.current, updated, average));
    return parameters.map((each) => ({ ...each, state: state.current.name }));
  }

  #rate(kind: StepRate["kind"]): Value {
    const known = this.#rates.get(kind);
    if (known !== undefined) return known;
    const input = this.#edit.input(kind, { kind: "tensor", dtype: "float32", shape: [] });
    this.#rates.set(kind, input);
    return input;
  }

  #scaled(value: Value, factor: number): Value {
    return factor === 1 ? value : this.#make.op("Mul", [value, this.#make.scalar(factor)]);
  }

  /** The model's own outputs give way: callers of a step want numbers and states. Gives the metrics' output names. */
  #outputs(metrics: ReadonlyMap<string, Value>): ReadonlyMap<string, string> {
    const named = [...metrics].map(([meaning, value]) => {
      const { outputs } = this.#edit.node("onnx.Identity", [value], { outputs: [`metric/${meaning}`] });
      return [meaning, outputs[0]!] as const;
    });
    const wanted = [...named.map(([, value]) => value), ...this.#states.successors];
    const { outputs } = this.#prepared.model.graph;
    const former = outputs.flatMap((output) => [...output.uses].filter((use) => use.kind === "output"));
    for (const [i, value] of wanted.entries()) {
      const place = former[i];
      if (place === undefined) this.#edit.output(value);
      else this.#edit.rewire(place, value);
    }
    return new Map(named.map(([meaning, value]) => [meaning, value.name]));
  }
}
