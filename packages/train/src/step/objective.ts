/** What a step minimizes: the labels' loss, the teachers', features inside; as one scalar with its terms. */
import type { Edit, Graph, Value } from "@pare/ir";
import type { Inference, NodeMaker } from "@pare/ops";
import { seededRandom } from "@pare/pass";
import { elementCount, tensorOf } from "@pare/tensor";
import { nothingToLearnError, unknownValueError } from "../errors.ts";
import { nodeMaker } from "../gradient/node-maker.ts";
import { sizesOf } from "../gradient/sizes.ts";
import { teacherLoss } from "../losses/distillation.ts";
import { attentionLoss, type FeaturePair, hintLoss } from "../losses/features.ts";
import { findLogits } from "../losses/find-logits.ts";
import { type LabelTerm, labelLoss } from "../losses/label-loss.ts";
import type { Shaped } from "../losses/rows.ts";
import type { FeatureTerm, StepOptions } from "./options.ts";
import type { StepFeed } from "./step-graph.ts";
import type { PlacedTeacher } from "./teachers.ts";

export interface Objective {
  readonly loss: Value;
  /** Scalars by what they mean. */
  readonly metrics: ReadonlyMap<string, Value>;
  readonly feeds: readonly StepFeed[];
  /** Weights that are trained and not kept: constants of the graph. */
  readonly projections: readonly Value[];
}

export interface ObjectiveParts {
  readonly graph: Graph;
  readonly edit: Edit;
  readonly inference: Inference;
  readonly output: Value;
  readonly teachers: readonly PlacedTeacher[];
  readonly options: StepOptions;
}

export function buildObjective(parts: ObjectiveParts): Objective {
  return new ObjectiveBuilder(parts).build();
}

class ObjectiveBuilder {
  readonly #parts: ObjectiveParts;
  readonly #make: NodeMaker;
  readonly #metrics = new Map<string, Value>();
  readonly #feeds: StepFeed[] = [];
  readonly #projections: Value[] = [];
  readonly #logits: Shaped;
  readonly #random: () => number;

  constructor(parts: ObjectiveParts) {
    this.#parts = parts;
    this.#make = nodeMaker(parts.edit, "loss/");
    this.#logits = findLogits(this.#make, parts.inference, parts.output, parts.options.loss.kind);
    this.#random = seededRandom(parts.options.seed ?? 0);
  }

  build(): Objective {
    const { options, teachers } = this.#parts;
    const { distillation } = options;
    const labels = options.labels === false ? undefined : this.#labels();
    const terms: Value[] = [];
    if (teachers.length > 0) {
      const taught = this.#term("loss.teacher", this.#teachers(labels));
      const alpha = labels === undefined ? 1 : (distillation?.weight ?? 0.7);
      if (alpha > 0) terms.push(this.#weighted(taught, alpha));
      if (labels !== undefined && alpha < 1) terms.push(this.#weighted(labels.loss, 1 - alpha));
    } else if (labels !== undefined) terms.push(labels.loss);
    terms.push(...this.#features("loss.hints", distillation?.hints, (pair) => this.#hint(pair)));
    terms.push(...this.#features("loss.attention", distillation?.attention, (pair) => attentionLoss(this.#make, pair)));
    if (terms.length === 0) throw nothingToLearnError();
    const loss = this.#sum(terms);
    return {
      loss,
      metrics: new Map([["loss", loss], ...this.#metrics]),
      feeds: this.#feeds,
      projections: this.#projections,
    };
  }

  #labels(): LabelTerm {
    const { options, edit } = this.#parts;
    const term = labelLoss(this.#make, options.loss, this.#logits, (dtype, shape) => {
      const input = edit.input("target", { kind: "tensor", dtype, shape });
      this.#feeds.push({ kind: "target", name: input.name });
      return input;
    });
    for (const [name, value] of term.metrics) this.#metrics.set(name, value);
    this.#term("loss.labels", term.loss);
    return term;
  }

  #teachers(labels: LabelTerm | undefined): Value {
    const { options, inference, edit, teachers } = this.#parts;
    const temperature = options.distillation?.temperature ?? 4;
    const losses = teachers.map((teacher, index) => {
      const logits = teacher.output && findLogits(this.#make, inference, teacher.output, options.loss.kind);
      const fed = () => {
        const { shape } = this.#logits;
        const value = edit.input(`teacher${index}`, { kind: "tensor", dtype: "float32", shape });
        const output = teacher.fedOutput ?? this.#parts.output.name;
        this.#feeds.push({ kind: "teacher", name: value.name, output, teacher: index });
        return { value, shape };
      };
      const soft = { temperature, labels: labels?.labels };
      return teacherLoss(this.#make, options.loss, this.#logits, logits ?? fed(), soft);
    });
    return this.#weighted(this.#sum(losses), 1 / losses.length);
  }

  #features(name: string, term: FeatureTerm | undefined, loss: (pair: FeaturePair) => Value): readonly Value[] {
    const teacher = this.#parts.teachers[0];
    if (term === undefined || teacher === undefined) return [];
    const pairs = term.pairs ?? teacher.stages;
    if (pairs.length === 0) throw unknownValueError("distillation", "of a picture size that both have", []);
    const losses = pairs.map(([student, taught]) =>
      loss({
        student: this.#shaped(this.#parts.graph.value(student), student),
        teacher: this.#shaped(teacher.values.get(taught), taught),
      }),
    );
    return [this.#weighted(this.#term(name, this.#sum(losses)), term.weight)];
  }

  #hint(pair: FeaturePair): Value {
    return hintLoss(this.#make, pair, (shape) => {
      const [fanIn] = shape.length === 2 ? shape : shape.slice(1);
      const bound = Math.sqrt(3 / fanIn!);
      const elements = Array.from({ length: elementCount(shape) }, () => (2 * this.#random() - 1) * bound);
      const weight = this.#parts.edit.constant("projection", tensorOf("float32", shape, elements));
      this.#projections.push(weight);
      return weight;
    });
  }

  #shaped(value: Value | undefined, name: string): Shaped {
    if (value === undefined) throw unknownValueError("distillation", name, []);
    return { value, shape: sizesOf(this.#parts.inference, value) };
  }

  #term(name: string, value: Value): Value {
    this.#metrics.set(name, value);
    return value;
  }

  #weighted(value: Value, weight: number): Value {
    return weight === 1 ? value : this.#make.op("Mul", [value, this.#make.scalar(weight)]);
  }

  #sum(terms: readonly Value[]): Value {
    return terms.reduce((left, right) => this.#make.op("Add", [left, right]));
  }
}
