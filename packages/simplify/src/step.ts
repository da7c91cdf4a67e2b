import type { Pass, Promised } from "@pare/pass";
import * as z from "zod";
import { Scene } from "./scene.ts";

/** A rewrite of the whole model at once: what cannot be said of one node and its neighbours. */
export interface Step {
  readonly name: string;
  readonly summary: string;
  readonly promise: Promised;
  run(scene: Scene): void | Promise<void>;
}

export function passOfStep(step: Step): Pass<Record<string, never>> {
  return {
    name: step.name,
    summary: step.summary,
    promise: step.promise,
    options: z.strictObject({}),
    run: async (model, _, tools) => {
      const scene = new Scene(model, tools);
      scene.label = step.name;
      await step.run(scene);
      return scene.notes;
    },
  };
}
