import type { Edit, Model, Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { requiredInputs } from "@pare/pass";
import { teacherError, teacherInputError, unknownValueError } from "../errors.ts";
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
  const prepared = teachers.map((teacher, index) => prepare(student, teacher, index, options.batch));
  return student.graph.edit("teachers", (edit) => prepared.map((teacher) => place(edit, teacher, stages)));
}

interface FedTeacher {
  readonly kind: "fed";
  readonly output: string | undefined;
}

interface PreparedTeacher {
  readonly kind: "model";
  readonly name: string;
  readonly model: Model;
  readonly prefix: string;
  readonly output: string;
  /** The student's inputs by the teacher's names. */
  readonly bound: ReadonlyMap<string, Value>;
}

function prepare(student: Model, teacher: Teacher, index: number, batch: number): FedTeacher | PreparedTeacher {
  if (teacher.kind === "fed") return { kind: "fed", output: teacher.output };
  const { name = `teacher ${index + 1}` } = teacher;
  const model = withFixedSizes(teacher.model, { batch });
  liftConstants(model.graph);
  shareOpsets(student, model, name);
  const output = teacher.output ?? model.graph.outputs[0]!.name;
  const names = model.graph.outputs.map(({ name }) => name);
  if (!names.includes(output)) throw unknownValueError(name, output, names);
  const bound = bindInputs(student, model, teacher.inputs, name);
  return { kind: "model", name, model, prefix: `teacher${index}/`, output, bound };
}

function place(edit: Edit, teacher: FedTeacher | PreparedTeacher, stages: ReadonlyMap<string, Value>): PlacedTeacher {
  if (teacher.kind === "fed") return { output: undefined, fedOutput: teacher.output, values: new Map(), stages: [] };
  const { model, output, bound } = teacher;
  const values = mergeModel(edit, model, teacher, bound);
  return {
    output: values.get(output)!,
    fedOutput: undefined,
    values,
    stages: pairStages(stages, stageEnds(model.graph, inferTypes(model))),
  };
}

function shareOpsets(student: Model, teacher: Model, name: string): void {
  for (const [domain, version] of teacher.opsets) {
    const own = student.opsets.get(domain);
    if (own !== undefined && own !== version)
      throw teacherError(name, `its operator set ${domain} is ${version}, the student's ${own}`);
  }
  student.update("teacher", { opsets: new Map([...teacher.opsets, ...student.opsets]) });
}

function bindInputs(
  student: Model,
  model: Model,
  names: ReadonlyMap<string, string> | undefined,
  teacher: string,
): ReadonlyMap<string, Value> {
  const own = requiredInputs(student);
  const types = inferTypes(model);
  return new Map(
    requiredInputs(model).map((input, place) => {
      const wanted = names?.get(input.name) ?? input.name;
      const found = own.find(({ name }) => name === wanted) ?? (names === undefined ? own[place] : undefined);
      if (found === undefined)
        throw unknownValueError(
          `input "${input.name}" of ${teacher}`,
          wanted,
          own.map(({ name }) => name),
        );
      const shape = sizesOf(types, input);
      const given = sizesOf(inferTypes(student), found);
      if (shape.join() !== given.join())
        throw teacherInputError(
          teacher,
          input.name,
          `[${given.join(", ")}], as "${found.name}"`,
          `[${shape.join(", ")}]`,
        );
      return [input.name, found] as const;
    }),
  );
}
