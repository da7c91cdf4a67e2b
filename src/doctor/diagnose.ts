/**
 * Why a model lost accuracy by quantization, and which recipe line cures it.
 *
 * 1. The quantized model is judged beside the original on validation data. Where next to nothing is lost, no cause is
 *    looked for in the model: what is seen there does no harm.
 * 2. Mistakes in the data are looked for in any case: they make figures wrong whatever the model does.
 * 3. What may explain a loss is only a suspicion until its cure has been tried: a cause is named where the model that the
 *    recipe line gives loses less, by a quarter or more, and the figure with it is printed.
 * 4. The groups of nodes are ranked too: putting back what matters most is the cure that always remains.
 */
import { cloneModel } from "@pare/ir";
import type { Judgement } from "@pare/pass";
import { diagnosePlaced, diagnoseStored, equalizeLayers, type Finding, prepareStatic } from "@pare/quantize";
import type { CheckedRecipe } from "@pare/recipe";
import { openRecipeData } from "../run/data.ts";
import type { World } from "../run/tools.ts";
import { leakageFindings, preprocessingFindings, valueFindings } from "./data-findings.ts";
import { type DiagnosedCause, type Diagnosis, isHurt } from "./diagnosis.ts";
import { openPatient, type Patient, type PatientFiles, quantizedBy, selectionOfStep } from "./patient.ts";
import { cured, stepLines } from "./step-lines.ts";
import { suspicionsOf } from "./suspicions.ts";
import { tryCures } from "./trials.ts";

/** @throws the faults of the files, the recipe and its data; DOCTOR_ORIGINAL, DOCTOR_DATA */
export async function diagnose(files: PatientFiles, world: World): Promise<Diagnosis> {
  const { checked } = files;
  const patient = await openPatient(files, world);
  const { original, stored, step, target, tools } = patient;
  const sick = stored ?? (await quantizedBy(step, patient, tools));
  const [judgement] = (await tools.data.judge([sick], original)) as [Judgement];
  const inData = await dataFindings(patient, checked, world);
  const findings = await findingsOf(patient);
  const suspicions = isHurt(judgement) ? await suspicionsOf(patient, findings, checked, world) : [];
  const { causes, together } = await tryCures(suspicions, judgement, patient);
  return {
    model: files.model,
    recipe: checked.file,
    step: stored === undefined ? stepLines(step).join(" ") : undefined,
    target: target.name,
    judgement,
    isHurt: isHurt(judgement),
    causes: [...inData.causes, ...causes, ...withoutTrial(findings, patient)],
    remarks: [...inData.remarks, ...remarksOf(findings)],
    together,
  };
}

async function dataFindings({ original, data }: Patient, checked: CheckedRecipe, world: World) {
  const splits = await openRecipeData(checked, ["train", "validation", "test"]);
  const { causes, remarks } = await leakageFindings(checked.recipe.data, splits);
  const inputs = await preprocessingFindings(original, data, world);
  const values = await valueFindings(original, data, splits.test);
  return { causes: [...inputs, ...values, ...causes], remarks };
}

async function findingsOf({ original, prepared, stored, step, target, tools }: Patient): Promise<readonly Finding[]> {
  if (stored !== undefined) return await diagnoseStored(stored, original, tools);
  const model = cloneModel(prepared);
  const own = { ...tools, ...selectionOfStep(step) };
  if (step.equalize) equalizeLayers(model, own);
  const { placement, ranges } = await prepareStatic(model, target, step.options, own);
  return await diagnosePlaced({ model, placement, ranges }, own);
}

/** What no trial on this machine can show: saturation on another, and numbers that the model itself does not give. */
function withoutTrial(findings: readonly Finding[], { target, step }: Patient): readonly DiagnosedCause[] {
  return findings.flatMap((finding): readonly DiagnosedCause[] => {
    const { cause, text, subjects, isCertain, cure } = finding;
    const lines = cure === undefined ? [] : stepLines(cured(step, cure));
    if (isCertain) return [{ cause, text, subjects, lines, certainty: "seen", after: undefined }];
    if (cause === "not-finite") return [{ cause, text, subjects, lines: [], certainty: "seen", after: undefined }];
    if (cause !== "saturation" || cure === undefined || target.weight.bits > 7) return [];
    return [{ cause, text, subjects, lines, certainty: "predicted", after: undefined }];
  });
}

function remarksOf(findings: readonly Finding[]): readonly string[] {
  const dead = findings.filter(({ cause }) => cause === "dead");
  return dead.map(({ text, subjects }) => `${text}: ${subjects.slice(0, 3).join(", ")}`);
}
