import type { Edit, Model, Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { requiredInputs } from "@pare/pass";
import { teacherError, unknownValueError } from "../errors.ts";
import { sizesOf } from "../gradient/sizes.ts";
import { mergeModel } from "../losses/merge-teacher.ts";
import { pairStages, stageEnds } from "../losses/pair-features.ts";
import { withFixedSizes } from "../prepare/fix-sizes.ts";
import { liftConstants } from "../prepare/lift-constants.ts";
import type { StepOptions, Teacher } from "./options.ts";

/** A teacher as it is in the step graph. */
export interface PlacedTeacher {
  /** Undefined: it is fed. */
  readonly output: Value | undefined;
  /** Which of the teacher's outputs is fed, where it was said. */
  readonly fedOutput: string | undefined;
  /** By their names in the teacher. */
  readonly values: ReadonlyMap<string, Value>;
  /** Pairs of values (student, teacher) that end stages of one picture size. */
  readonly stages: readonly (readonly [string, string])[];
}

/** Puts the teachers into the student's graph, with their own names behind "teacher0/", "teacher1/" … */
export function placeTeachers(student: Model, options: StepOptions): readonly PlacedTeacher[] {
  const teachers = options.distillation?.teachers ?? [];
  if (teachers.length === 0) return [];
  const stages = stageEnds(student.graph, inferTypes(student));
  const prepared = teachers.map((teacher, index) => prepare(student, teacher, `teacher${index}/`, options.batch));
  return student.graph.edit("teachers", (edit) => prepared.map((teacher) => place(edit, teacher, stages)));
}

interface FedTeacher {
  readonly kind: "fed";
  readonly output: string | undefined;
}

interface PreparedTeacher {
  readonly kind: "model";
  readonly model: Model;
  readonly prefix: string;
  readonly output: string;
  /** The student's inputs by the teacher's names. */
  readonly bound: ReadonlyMap<string, Value>;
}

function prepare(student: Model, teacher: Teacher, prefix: string, batch: number): FedTeacher | PreparedTeacher {
  if (teacher.kind === "fed") return { kind: "fed", output: teacher.output };
  const model = withFixedSizes(teacher.model, { batch });
  liftConstants(model.graph);
  shareOpsets(student, model, prefix);
  const output = teacher.output ?? model.graph.outputs[0]!.name;
  const names = model.graph.outputs.map(({ name }) => name);
  if (!names.includes(output)) throw unknownValueError(prefix, output, names);
  return { kind: "model", model, prefix, output, bound: bindInputs(student, model, teacher.inputs, prefix) };
}

function place(edit: Edit, teacher: FedTeacher | PreparedTeacher, stages: ReadonlyMap<string, Value>): PlacedTeacher {
  if (teacher.kind === "fed") return { output: undefined, fedOutput: teacher.output, values: new Map(), stages: [] };
  const { model, prefix, output, bound } = teacher;
  const values = mergeModel(edit, model, prefix, bound);
  return {
    output: values.get(output)!,
    fedOutput: undefined,
    values,
    stages: pairStages(stages, stageEnds(model.graph, inferTypes(model))),
  };
}

function shareOpsets(student: Model, teacher: Model, prefix: string): void {
  for (const [domain, version] of teacher.opsets) {
    const own = student.opsets.get(domain);
    if (own !== undefined && own !== version)
      throw teacherError(prefix, `its operator set ${domain} is ${version}, the student's ${own}`);
  }
  student.update("teacher", { opsets: new Map([...teacher.opsets, ...student.opsets]) });
}

function bindInputs(
  student: Model,
  model: Model,
  names: ReadonlyMap<string, string> | undefined,
  prefix: string,
): ReadonlyMap<string, Value> {
  const own = requiredInputs(student);
  const types = inferTypes(model);
  return new Map(
    requiredInputs(model).map((input, place) => {
      const wanted = names?.get(input.name) ?? input.name;
      const found = own.find(({ name }) => name === wanted) ?? (names === undefined ? own[place] : undefined);
      if (found === undefined)
        throw unknownValueError(
          prefix + input.name,
          wanted,
          own.map(({ name }) => name),
        );
      const shape = sizesOf(types, input);
      const given = sizesOf(inferTypes(student), found);
      if (shape.join() !== given.join())
        throw teacherError(
          prefix + input.name,
          `it takes [${shape.join(", ")}], "${found.name}" has [${given.join(", ")}]`,
        );
      return [input.name, found] as const;
    }),
  );
}
