import type { Model } from "@pare/ir";
import type { Judgement, PassData } from "@pare/pass";

export interface Verdict {
  readonly isWorse: boolean;
  /** "divergence 8.9e-2 → 3.1e-3 on 400 validation samples". */
  readonly text: string;
}

/**
 * Whether `after` is further from `reference` than `before`: by the divergence of the scores on validation data, or by
 * the signal-to-noise ratio of the outputs where they are no scores. Undefined where there is no validation data.
 */
export async function compareErrors(
  before: Model,
  after: Model,
  reference: Model,
  data: PassData,
): Promise<Verdict | undefined> {
  if (data.validationSamples === 0) return undefined;
  const [old, changed] = await data.judge([before, after], reference);
  if (old === undefined || changed === undefined) return undefined;
  const [from, to] = [errorOf(old), errorOf(changed)];
  const text = `${from.text} → ${to.text} on ${changed.samples} validation samples`;
  return { isWorse: !(to.error <= from.error), text };
}

function errorOf({ divergence, snrDb }: Judgement): { readonly error: number; readonly text: string } {
  if (divergence === undefined) return { error: -snrDb, text: `signal to noise ${snrDb.toFixed(1)} dB` };
  return { error: divergence, text: `divergence ${divergence.toExponential(2)}` };
}
