import * as z from "zod";

/** What is measured of accuracy, with every default. */
export interface EvaluateSpec {
  /** Names of built-in metrics and paths of modules; "auto": those that suit the data. Empty: nothing is evaluated. */
  readonly metrics: readonly string[];
  readonly output?: string | undefined;
  readonly activation: "auto" | "softmax" | "sigmoid" | "none";
  readonly samples: number;
}

const modulePath = /^\.{1,2}\/.+\.m?js$/;

/** A metric of the user's own, by the path of its module. */
export function isMetricModule(metric: string): boolean {
  return modulePath.test(metric);
}

/** The `evaluate` section: a metric, a list of them, or a map with how the model's output is read. */
export function evaluateSection(metrics: readonly string[]) {
  const metric = z
    .union([
      z.enum(["auto", ...metrics]),
      z.string().regex(modulePath, { error: "the path of a module: ./metric.mjs", abort: true }),
    ])
    .describe("A metric, auto for those that suit the data, or a module with one of your own: ./metric.mjs.");
  const list = z.array(metric);
  const map = z.strictObject({
    metrics: list.default(["auto"]).describe("Default [auto]: those that suit the data."),
    output: z.string().min(1).optional().describe("The output with the scores or predictions. Default: the first."),
    activation: z
      .enum(["auto", "softmax", "sigmoid", "none"])
      .default("auto")
      .describe("What makes probabilities of scores. Default auto: none where they are probabilities, else softmax."),
    samples: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(100)
      .describe("Without test data: how many random inputs model and original are compared on. Default 100."),
  });
  return z
    .union([list, map, metric])
    .transform(
      (written): EvaluateSpec =>
        Array.isArray(written) || typeof written === "string"
          ? { metrics: [written].flat(), activation: "auto", samples: 100 }
          : written,
    )
    .describe("Metrics on the test data, each with an interval. Default [auto] where there is test data.");
}
