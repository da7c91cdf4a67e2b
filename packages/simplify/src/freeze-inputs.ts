/**
 * Graph inputs with an initial value become constants: files of IR version 3 list every weight as an input, and a weight
 * that a caller could override can be folded nowhere. From IR version 4 on that is allowed, so older models become IR 4.
 * What is computed stays the same; but a runtime lays out constant weights for other kernels, which add in another order.
 */
import type { Step } from "./step.ts";

const initializersAlone = 4;

export const freezeInputs: Step = {
  name: "simplify/freeze-inputs",
  summary: "Make graph inputs that have an initial value constants",
  promise: "rounding",
  run(scene) {
    const { model } = scene;
    const frozen = model.graph.inputs.filter(
      (input) => input.origin.kind === "input" && input.origin.initial !== undefined && scene.tools.selects(input),
    );
    if (frozen.length === 0) return;
    model.graph.edit(scene.label, (edit) => {
      for (const input of frozen) {
        edit.freezeInput(input);
        scene.changed("made an input with an initial value a constant: callers can no longer override it", input.name);
      }
    });
    if (model.formatVersion < initializersAlone) model.update(scene.label, { formatVersion: initializersAlone });
  },
};
