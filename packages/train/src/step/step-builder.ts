/** The backward pass of a prepared model with its loss, the update of its parameters, and the outputs of a step. */
import type { Edit, Model, Value } from "@pare/ir";
import { inferTypes, type NodeMaker } from "@pare/ops";
import { differentiate } from "../gradient/differentiate.ts";
import { nodeMaker } from "../gradient/node-maker.ts";
import { moving } from "../optimizers/adam.ts";
import { update } from "../optimizers/update.ts";
import type { RunningStatistic } from "../prepare/batch-norm.ts";
import { type DropoutKeys, followDropout } from "../prepare/dropout.ts";
import { accumulate, clip, flatGradient, globalNorm } from "./flat-gradients.ts";
import type { Objective } from "./objective.ts";
import type { StepOptions } from "./options.ts";
import { groupParameters, makeVector, type ParameterVector, type Trained } from "./parameter-vectors.ts";
import { followStatistics } from "./running-statistics.ts";
import { States } from "./states.ts";
import type { StepGraph, StepParameter, StepRate } from "./step-graph.ts";

export interface PreparedModel {
  readonly model: Model;
  readonly statistics: readonly RunningStatistic[];
  readonly dropout: readonly DropoutKeys[];
}

export interface StepParts extends PreparedModel {
  readonly options: StepOptions;
  /** Of the model's graph. */
  readonly edit: Edit;
}

export type BuiltStep = Pick<StepGraph, "metrics" | "rates" | "state" | "parameters" | "averages">;

export function buildStep(parts: StepParts, objective: Objective, trained: readonly Trained[]): BuiltStep {
  return new StepBuilder(parts).build(objective, trained);
}

class StepBuilder {
  readonly #parts: StepParts;
  readonly #edit: Edit;
  readonly #make: NodeMaker;
  readonly #states: States;
  readonly #rates = new Map<StepRate["kind"], Value>();

  constructor(parts: StepParts) {
    this.#parts = parts;
    this.#edit = parts.edit;
    this.#make = nodeMaker(parts.edit, "step/");
    this.#states = new States(parts.edit, this.#make);
  }

  build(objective: Objective, trained: readonly Trained[]): BuiltStep {
    const { weightDecay, quantizerRate, formulation = "cpu" } = this.#parts.options;
    const groups = groupParameters(trained, weightDecay, quantizerRate);
    const vectorParts = { edit: this.#edit, make: this.#make, states: this.#states, formulation };
    const vectors = groups.map((group) => makeVector(vectorParts, group));
    const gradients = this.#gradients(objective.loss, vectors);
    const norm = globalNorm(this.#make, [...gradients.values()]);
    const averages = this.#update(vectors, this.#clipped(gradients, norm));
    const running = followStatistics(this.#make, this.#states, this.#parts.statistics);
    followDropout(this.#edit, this.#make, this.#states, this.#parts.dropout);
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
    const { model } = this.#parts;
    const found = differentiate({
      ...{ graph: model.graph, edit: this.#edit, loss },
      of: vectors.flatMap(({ views }) => views),
      formulation: this.#parts.options.formulation ?? "cpu",
      inference: inferTypes(model),
      opset: model.opsets.get("onnx") ?? 21,
    });
    const flat = vectors.map((vector) => [vector, flatGradient(this.#edit, this.#make, vector, found)] as const);
    return accumulate(this.#make, this.#states, new Map(flat), this.#parts.options.accumulate ?? 1);
  }

  #clipped(gradients: ReadonlyMap<ParameterVector, Value>, norm: Value): readonly Value[] {
    const all = [...gradients.values()];
    const { clipNorm } = this.#parts.options;
    return clipNorm === undefined ? all : clip(this.#make, all, norm, clipNorm);
  }

  /** Gives where the averages are. */
  #update(vectors: readonly ParameterVector[], gradients: readonly Value[]): readonly StepParameter[] {
    const descents = vectors.map(({ group, state, elements }, i) => ({
      ...{ name: group.name, parameters: state.current, gradient: gradients[i]!, elements, decay: group.decay },
      rate: this.#scaled(this.#rate("learning-rate"), group.factor),
    }));
    const context = { make: this.#make, states: this.#states, momentum: () => this.#rate("momentum") };
    const updated = update(context, this.#parts.options.optimizer, descents);
    return vectors.flatMap((vector, i) => {
      vector.state.next(updated[i]!);
      return this.#averaged(vector, updated[i]!);
    });
  }

  #averaged({ group, initial, parameters }: ParameterVector, updated: Value): readonly StepParameter[] {
    const { average } = this.#parts.options;
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
    const { outputs } = this.#parts.model.graph;
    const former = outputs.flatMap((output) => [...output.uses].filter((use) => use.kind === "output"));
    for (const [i, value] of wanted.entries()) {
      const place = former[i];
      if (place === undefined) this.#edit.output(value);
      else this.#edit.rewire(place, value);
    }
    return new Map(named.map(([meaning, value]) => [meaning, value.name]));
  }
}
