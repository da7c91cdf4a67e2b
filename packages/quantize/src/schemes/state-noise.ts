import type { Model } from "@pare/ir";
import type { Judgement, Note, Pass, Tools } from "@pare/pass";

/** Validation samples that are looked at, at most. */
const looked = 64;
/** Of the outputs' energy: 10 dB. */
const muchNoise = 0.1;

/** The pass, which also says how far the outputs are from the original's; or that this was not measured, and why. */
export function statingNoise<Options>(pass: Pass<Options>): Pass<Options> {
  const run: Pass<Options>["run"] = async (model, options, tools) => {
    const result = await pass.run(model, options, tools);
    const { notes, model: made } = "notes" in result ? result : { notes: result, model };
    if (!notes.some(({ kind }) => kind === "changed")) return result;
    const stated = [...notes, await noiseNote(made, tools)];
    return made === model ? stated : { notes: stated, model: made };
  };
  return { ...pass, run };
}

async function noiseNote(model: Model, { data, original, signal, comparesResults = true }: Tools): Promise<Note> {
  if (!comparesResults) return notMeasured("it was not asked for");
  if (data === undefined) return notMeasured("there is no data");
  if (data.validationSamples === 0) return notMeasured("there are no validation samples");
  if (original === undefined) return notMeasured("the original is not known");
  try {
    const [judgement] = await data.judge([model], original, { samples: looked });
    return judgement === undefined ? notMeasured("the original gave nothing to compare with") : measured(judgement);
  } catch (error) {
    signal.throwIfAborted();
    return notMeasured(`the result does not run here (${error instanceof Error ? error.message : String(error)})`);
  }
}

function measured({ metric, samples, snrDb, drop }: Judgement): Note {
  const isMuch = metric === "noise" ? drop > muchNoise : snrDb < -10 * Math.log10(muchNoise);
  const warning = isMuch
    ? "; that is more than a tenth of their energy: do not use it unseen, `pare doctor` looks for the cause"
    : "";
  return {
    kind: "info",
    text: `outputs at ${snrDb.toFixed(1)} dB to the original's on ${samples} validation samples${warning}`,
  };
}

function notMeasured(why: string): Note {
  return { kind: "info", text: `not measured: how far the outputs are from the original's, for ${why}` };
}
