/** Static quantization in parts, for what comes between writing and proving: training. */

import type { Model } from "@pare/ir";
import type { Note, Tools } from "@pare/pass";
import { codeRange } from "../affine.ts";
import { needsCalibrationError } from "../errors.ts";
import { proofNote } from "../predict/proof-note.ts";
import { writePorts } from "../qdq/integer-ports.ts";
import { openTarget } from "../targets/option.ts";
import { foreseeStatic, type StaticOptions, staticOptions, writeStatic } from "./static.ts";

export const staticParts = {
  options: staticOptions,
  /** Writes the model in place, inputs and outputs still float, each scale for itself: they are to be learned. */
  async quantize(model: Model, options: StaticOptions, tools: Tools): Promise<readonly Note[]> {
    if (tools.data === undefined) throw needsCalibrationError("quantize/static");
    const target = openTarget(options.target, tools);
    return (await writeStatic(model, target, options, { ...tools, data: tools.data }, undefined, "point")).notes;
  },
  /** What is left once the codes are final: integer inputs and outputs where the target asks for them, and the proof. */
  async finish(model: Model, options: StaticOptions, tools: Tools): Promise<readonly Note[]> {
    const target = openTarget(options.target, tools);
    return [await proofNote(model, target, tools.bench), ...writePorts(model, target)];
  },
  async foresee(model: Model, options: StaticOptions, tools: Tools): Promise<readonly Note[]> {
    if (tools.data === undefined) throw needsCalibrationError("quantize/static");
    return foreseeStatic(model, openTarget(options.target, tools), options, tools, "point");
  },
  /** Codes that weights may have where they are fewer than the type's. */
  limits(options: StaticOptions, tools: Tools) {
    const { weight } = openTarget(options.target, tools);
    const bits = options.bits ?? weight.bits;
    return bits === undefined ? undefined : codeRange(options.weights ?? weight.type, { symmetric: true, bits });
  },
};
