import { cloneModel, type Model } from "@pare/ir";
import type { Tools } from "@pare/pass";
import { toInferenceMode } from "@pare/train";
import { noOriginalError } from "./errors.ts";
import { takingImages } from "./preprocessing.ts";
import type { NamedTeacher } from "./train-model.ts";
import type { TeacherOptions } from "./training-options.ts";

const own = ["input", "original"];

/** The models that are no stage of this recipe's own. */
export function referencesOf(teaching: Pick<TeacherOptions, "teacher"> | undefined): readonly string[] {
  return (teaching?.teacher ?? []).filter((reference) => !own.includes(reference));
}

/** @param input the model before this step @throws TRAIN_TEACHER */
export function openTeachers(
  { teacher, preprocessing }: Pick<TeacherOptions, "teacher" | "preprocessing">,
  input: Model,
  tools: Tools,
  pass: string,
): readonly NamedTeacher[] {
  const images = tools.training?.images;
  return teacher.map((name) => {
    const model = open(name, input, tools, pass);
    toInferenceMode(model);
    const isNamed = preprocessing !== undefined && images !== undefined && !own.includes(name);
    return { name, model: isNamed ? takingImages(name, model, preprocessing, images) : model };
  });
}

function open(reference: string, input: Model, { original, model }: Tools, pass: string): Model {
  if (reference === "input") return cloneModel(input);
  if (reference !== "original") return model!(reference);
  if (original === undefined) throw noOriginalError(pass);
  return cloneModel(original);
}
