import type { Model, Value } from "@pare/ir";
import type { Note, Statistics, Tools } from "@pare/pass";
import { codeRange } from "../affine.ts";
import type { ActivationPoint, Range } from "../contract.ts";
import { emptyCalibrationError, needsCalibrationError } from "../errors.ts";
import type { CalibrationMethod, CalibrationOptions } from "./options.ts";
import { needsHistogram, rangeOf } from "./range-of.ts";

export interface Calibration {
  readonly ranges: ReadonlyMap<ActivationPoint, Range>;
  readonly notes: readonly Note[];
}

/**
 * The range of every point: the union over its observed values, cut to its limits. Only what has no fixed range is
 * observed, and counted by bins only where the method needs it.
 * @throws QUANTIZE_DATA where there are no calibration samples
 */
export async function calibrate(
  model: Model,
  points: readonly ActivationPoint[],
  options: CalibrationOptions,
  { data }: Pick<Tools, "data">,
): Promise<Calibration> {
  const method = options.calibrate ?? "minmax";
  const observed = points.filter(({ fixed }) => fixed === undefined);
  const values = [...new Set(observed.flatMap(({ observe }) => observe))];
  const isNeeded = values.length > 0;
  if (isNeeded && data === undefined) throw needsCalibrationError("calibration");
  if (isNeeded && data?.calibrationSamples === 0) throw emptyCalibrationError();
  const histogram = needsHistogram(method);
  const wanted = values.map(({ name }) => ({ value: name, histogram }));
  const statistics = await data?.observe(model, isNeeded ? wanted : []);
  const find = ({ name }: Value) => statistics?.get(name);
  const ranges = new Map(points.map((point) => [point, pointRange(point, find, options)]));
  return { ranges, notes: isNeeded ? notesOf(method, data?.calibrationSamples ?? 0, statistics) : [] };
}

function pointRange(
  { observe, fixed, limits, spec }: ActivationPoint,
  find: (value: Value) => Statistics | undefined,
  options: CalibrationOptions,
): Range {
  if (fixed !== undefined) return fixed;
  const { lowest, highest } = codeRange(spec.type, spec);
  const grid = { levels: highest - lowest + 1, symmetric: spec.symmetric };
  const found = observe.flatMap((value) => {
    const statistics = find(value);
    return statistics === undefined ? [] : [rangeOf(statistics, options, grid)];
  });
  const union = { min: Math.min(...found.map(({ min }) => min)), max: Math.max(...found.map(({ max }) => max)) };
  return limits === undefined ? union : cut(union, limits);
}

function cut({ min, max }: Range, limits: Range): Range {
  const into = (value: number) => Math.min(Math.max(value, limits.min), limits.max);
  return { min: into(min), max: into(max) };
}

function notesOf(
  method: CalibrationMethod,
  samples: number,
  statistics: ReadonlyMap<string, Statistics> | undefined,
): readonly Note[] {
  const all = [...(statistics ?? [])];
  const broken = all.filter(([, { nonFinite }]) => nonFinite > 0);
  const notes: Note[] = [{ kind: "info", text: `ranges of ${all.length} values by ${method} over ${samples} samples` }];
  if (broken.length > 0)
    notes.push({
      kind: "info",
      text: "NaN or infinity on calibration data, left out of the range: the model itself gives no number there",
      subjects: broken.map(([name, { nonFinite, elements }]) => `${name} (${nonFinite} of ${elements})`),
    });
  return notes;
}
