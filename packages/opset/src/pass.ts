import type { Pass } from "@pare/pass";
import * as z from "zod";
import { firstOpset, lastOpset } from "./ir-version.ts";
import { upgradeOpset } from "./upgrade.ts";

export interface UpgradeOptions {
  /** Default 21. */
  readonly to: number;
}

const options = z.strictObject({
  to: z.int().min(firstOpset).max(lastOpset).default(21).describe("The opset to raise the model to."),
});

/**
 * The meaning of the model is kept exactly. Its promise is "rounding" for one reason: from opset 19 on ONNX Runtime
 * computes AveragePool by another kernel, which rounds otherwise.
 */
export const upgrade: Pass<UpgradeOptions> = {
  name: "opset/upgrade",
  summary: "Raise the model to a newer opset, rewriting what changed between.",
  options,
  promise: "rounding",
  run: async (model, { to }) => upgradeOpset(model, to),
};
