import { PareError } from "@pare/error";

export function inputCountError(names: readonly string[]): PareError {
  return new PareError({
    code: "MEASURE_INPUTS",
    problem: "accuracy needs a model with one input",
    got: names.length === 0 ? "none" : names.join(", "),
    next: 'Name the one that takes the samples with the option "input".',
  });
}

export function unknownPortError(kind: "input" | "output", name: string, names: readonly string[]): PareError {
  return new PareError({
    code: "MEASURE_PORT",
    problem: `the model has no ${kind} "${name}"`,
    expected: names.join(", "),
  });
}

export function scoresShapeError(output: string, shape: readonly number[], batch: number, classes: number): PareError {
  return new PareError({
    code: "MEASURE_CLASSES",
    at: `output "${output}"`,
    problem: "the output does not hold one score for each class of the data set",
    expected: `[${batch}, ${classes}]`,
    got: `[${shape.join(", ")}]`,
    next:
      "Name the output with the class scores: `evaluate: { output: … }`. Where the data lacks some of the model's classes, " +
      "list all of them: `classes: <file>`; where it has more, it is not the data that the model was trained on.",
  });
}

/** Classes that are numbers, but not all of them from 0 on. */
export function classGapError(output: string, shape: readonly number[], classes: readonly string[]): PareError {
  const gap = classes.findIndex((name, i) => Number(name) !== i);
  return new PareError({
    code: "MEASURE_CLASSES",
    at: `output "${output}"`,
    problem: `the output, [${shape.join(", ")}], has more scores than the data has classes, and class ${gap} of the data is named ${classes[gap]}`,
    expected: "names that are the classes' places among the scores",
    got: `${classes.slice(0, 8).join(", ")}${classes.length > 8 ? " …" : ""}`,
    next:
      "Of images, whose folders are numbers, `classes: number` takes the numbers, and `classes: <file>` names all classes. " +
      "Of other data give train data that has them all, as the model's had.",
  });
}

export function emptyDatasetError(name: string): PareError {
  return new PareError({ code: "MEASURE_EMPTY", at: name, problem: "the data set has no samples to measure" });
}

export function unpairedError(base: number, head: number): PareError {
  return new PareError({
    code: "MEASURE_PAIRS",
    problem: "two accuracies can be compared only on the same samples",
    expected: `${base} samples`,
    got: `${head}`,
  });
}

export function batchSizeError(size: number): PareError {
  return new PareError({ code: "MEASURE_BATCH", problem: "the batch size is not a positive integer", got: `${size}` });
}

export function noModelsError(): PareError {
  return new PareError({ code: "MEASURE_MODELS", problem: "there is no model to time", kind: "failure" });
}

export function classRangeError(output: string, label: number, columns: number): PareError {
  return new PareError({
    code: "MEASURE_LABEL",
    at: `output "${output}"`,
    problem: "a label is outside the model's classes",
    expected: `0 to ${columns - 1}`,
    got: `${label}`,
    next: "Check the order and number of the data set's classes.",
  });
}

export function mixedTargetsError(wanted: string, got: string | undefined, index: number): PareError {
  return new PareError({
    code: "MEASURE_TARGETS",
    at: `sample ${index}`,
    problem: "all samples of a data set need the same kind of label",
    expected: wanted,
    got: got ?? "none",
  });
}

export function valuesShapeError(output: string, shape: readonly number[], width: number): PareError {
  return new PareError({
    code: "MEASURE_VALUES",
    at: `output "${output}"`,
    problem: "the output does not hold one value for each value of a label",
    expected: `${width} a sample`,
    got: `[${shape.join(", ")}]`,
    next: "Name the output with the predictions: `evaluate: { output: … }`.",
  });
}

export function tokensShapeError(output: string, shape: readonly number[], length?: number): PareError {
  return new PareError({
    code: "MEASURE_TOKENS",
    at: `output "${output}"`,
    problem: "the output does not hold a score for each token at each position",
    expected: `[batch, ${length ?? "length"}, vocabulary]`,
    got: `[${shape.join(", ")}]`,
    next: "Name the output with the scores: `evaluate: { output: … }`.",
  });
}

export function batchAxisError(output: string, shape: readonly number[], batch: number): PareError {
  return new PareError({
    code: "MEASURE_OUTPUTS",
    at: `output "${output}"`,
    problem: "a metric of yours looks at this output, which cannot be told apart by samples",
    expected: `[${batch}, …]: a row for each sample of the run`,
    got: `[${shape.join(", ")}]`,
    next: "Let the metric name the outputs that it needs, `outputs: [...]`, or give a model with a batch of 1.",
  });
}

export function outputsDifferError(output: string, original: readonly number[], changed: readonly number[]): PareError {
  return new PareError({
    code: "MEASURE_OUTPUTS",
    at: `output "${output}"`,
    problem: "the models cannot be compared: for the same sample this output has another number of axes",
    expected: `[${original.join(", ")}]`,
    got: `[${changed.join(", ")}]`,
    next: "Leave out the fidelity metrics, or name an output that both have: `evaluate: { output: … }`.",
  });
}

export function noCommonOutputError(original: readonly string[], changed: readonly string[]): PareError {
  return new PareError({
    code: "MEASURE_OUTPUTS",
    problem: "the models have no output in common that holds numbers",
    expected: original.join(", "),
    got: changed.join(", "),
  });
}

/** A metric that the data does not have the labels for. */
export function metricDataError(metric: string, needs: string, dataset: string, has: string): PareError {
  return new PareError({
    code: "MEASURE_METRIC",
    at: metric,
    problem: `this metric needs ${needs}`,
    got: `${dataset} with ${has}`,
    next: "`pare evaluate x.onnx --list-metrics` lists them by what they need.",
  });
}

export function needsOriginalError(metric: string): PareError {
  return new PareError({
    code: "MEASURE_ORIGINAL",
    at: metric,
    problem: "this metric compares a model with its original, and there is none",
    next: "Name it: `--against original.onnx`.",
  });
}

/**
 * @param bound the field that the recipe names for it, if it does
 * @param strangers what the recipe names that is no input of the model
 */
export function bindingError(
  input: string,
  bound: string | undefined,
  fields: readonly string[],
  strangers: readonly string[],
): PareError {
  const named = strangers.length === 0 ? "" : `; the recipe names ${strangers.join(", ")}, no input of the model`;
  return new PareError({
    code: "MEASURE_BINDING",
    at: `input "${input}"`,
    problem:
      bound === undefined
        ? `nothing says which part of a sample goes into this input of the model${named}`
        : `it is bound to "${bound}", which the data does not have`,
    expected: `one of ${fields.join(", ")}`,
    next: `Give the data a field of that name (a state: one array of it a sample), or bind one in the recipe: \`data: { inputs: { ${input}: ${fields[0] ?? "…"} } }\`.`,
  });
}

export function inputShapeError(
  input: string,
  field: string,
  shape: readonly (number | string)[],
  got: readonly number[],
): PareError {
  return new PareError({
    code: "MEASURE_INPUT",
    at: `input "${input}"`,
    problem: `"${field}" of the data does not fit this input of the model`,
    expected: `[${shape.join(", ")}]`,
    got: `[${got.join(", ")}]`,
    next: shapeAdvice(shape, got),
  });
}

/** What of `data.input` would mend it, where that is plain. */
function shapeAdvice(wanted: readonly (number | string)[], got: readonly number[]): string {
  const [, a, b, c] = wanted;
  const [, x, , z] = got;
  if (wanted.length !== 4 || got.length !== 4)
    return "Bind another field to this input, or use data of the model's shape.";
  const isFirst = x === 1 || x === 3;
  const channels = isFirst ? x : z;
  if (isFirst && c === channels && a !== x)
    return "The model takes the channels last: set `layout: NHWC` in `data.input`.";
  if (!isFirst && a === channels && c !== z)
    return "The model takes the channels first: set `layout: NCHW` in `data.input`.";
  const [depth, height, width] = isFirst ? [a, b, c] : [c, a, b];
  if (depth === 1 && channels === 3) return "The model takes grey images: set `grey: true` in `data.input`.";
  if (depth === channels && typeof height === "number" && typeof width === "number")
    return `The model takes images of ${height} × ${width}: set \`resize: [${height}, ${width}]\` or \`crop\` in \`data.input\`.`;
  return `The model takes ${depth} channels, and the data has ${channels}.`;
}

export function batchesDifferError(sizes: readonly number[]): PareError {
  return new PareError({
    code: "MEASURE_BATCH",
    problem: "the models are fixed to different batch sizes and cannot be fed together",
    got: sizes.join(" and "),
    next: "Make the batch axis of one of them free.",
  });
}

export function userMetricError(name: string, sample: string, cause: unknown): PareError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new PareError(
    {
      code: "MEASURE_USER",
      at: name,
      problem: `the metric failed on sample ${sample}: ${message.replace(/\.$/, "")}`,
    },
    { cause },
  );
}

/** What a metric of the user's gave is no number. */
export function userValueError(name: string, got: unknown): PareError {
  const isPromise = typeof got === "object" && got !== null && "then" in got;
  return new PareError({
    code: "MEASURE_USER",
    at: name,
    problem: "the metric's value is no number",
    expected: "a number; NaN where it is not defined",
    got: isPromise ? "a promise" : `${typeof got} ${JSON.stringify(got) ?? ""}`.trim(),
    next: isPromise ? "`value` and `outcome` cannot be asynchronous." : "See `UserMetric` for what `value` gives.",
  });
}

export function noRandomInputsError(model: string, why: string): PareError {
  return new PareError({
    code: "MEASURE_RANDOM",
    at: model,
    problem: `no random inputs were found that the model runs on: ${why.replace(/\.$/, "")}`,
    next: "Give data: `--data recipe.yaml`.",
  });
}

export function unpairedSamplesError(base: number, head: number): PareError {
  return new PareError({
    code: "MEASURE_PAIRS",
    problem: "two evaluations can be compared only on the same samples, and these are of other ones",
    expected: `the ${base} samples of the base`,
    got: `${head} others`,
  });
}

export function outcomesUnreadableError(column: string, problem: string): PareError {
  return new PareError({
    code: "MEASURE_OUTCOMES",
    at: `outcomes.columns.${column}`,
    problem: `the outcomes of a record cannot be read: ${problem}`,
    next: "Make the record again.",
  });
}
