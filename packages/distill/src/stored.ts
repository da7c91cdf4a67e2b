/**
 * Whether the stored codes are what was trained: the quantized model as the runtime's integer kernels compute it on this
 * processor, beside the trained graph in float, where every rounding is a node of its own.
 */
import type { Model } from "@pare/ir";
import type { Note } from "@pare/pass";
import type { StoredRecord } from "@pare/report";
import type { TrainingPassTools } from "./train-model.ts";

const mostSamples = 5000;

/** Undefined, with the reason, where they cannot be run beside each other: no training is lost to that. */
export async function compareStored(
  model: Model,
  trained: Model,
  { data, training }: TrainingPassTools,
): Promise<StoredRecord | { readonly fault: string } | undefined> {
  if (data === undefined) return undefined;
  const samples = Math.min(mostSamples, data.validationSamples);
  try {
    const [judgement] = await data.judge([model], trained, { samples, optimize: "off" });
    const { agreement = null, snrDb } = judgement!;
    return { samples: judgement!.samples, agreement, snrDb: Number.isFinite(snrDb) ? snrDb : null };
  } catch (fault) {
    if (training.signal.aborted) throw fault;
    return { fault: fault instanceof Error ? fault.message : String(fault) };
  }
}

/** Where two outputs are equal the metric has this value. */
const equalDb = 200;

export function storedNotes(stored: Awaited<ReturnType<typeof compareStored>>): readonly Note[] {
  if (stored === undefined) return [];
  if ("fault" in stored) {
    const text = `the stored model was not compared with the trained graph: ${stored.fault}`;
    return [{ kind: "left", text }];
  }
  const { samples, agreement, snrDb } = stored;
  const ratio = snrDb === null ? "" : ` (signal to noise ${snrDb.toFixed(1)} dB)`;
  const isEqual = snrDb !== null && snrDb >= equalDb;
  const isNear = isRounding(stored);
  const outcome =
    agreement === null || isEqual
      ? `${isEqual ? "the same" : isNear ? "nearly the same" : "other"} outputs for`
      : `the same class for ${(100 * agreement).toFixed(2)} % of`;
  const text = `the stored model, run on this processor, and the trained graph give ${outcome} ${samples} validation samples${isEqual ? "" : ratio}`;
  return [{ kind: "info", text: isNear ? text : `${text}${advice}` }];
}

const advice =
  ": more than rounding differs; weights of 8 bits saturate on a processor without VNNI, which `bits: 7` avoids";

/** Rounded otherwise, a few samples in a thousand are on the other side of a boundary. */
const fewShare = 0.005;
/** One-sided, 99 %. */
const normalQuantile = 2.33;
const leastDb = 20;

function isRounding({ samples, agreement, snrDb }: StoredRecord): boolean {
  if (agreement === null) return snrDb === null || snrDb >= leastDb;
  const expected = fewShare * samples;
  return (1 - agreement) * samples <= expected + normalQuantile * Math.sqrt(expected) + 1;
}
