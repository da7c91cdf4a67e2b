/**
 * float16 arithmetic, with float32 where float16 does not reach.
 *
 * 1. What must stay float32 does: values that data shows beyond ±65504 ÷ headroom, operators that take no float16, sizes,
 *    angles and what becomes an integer. Without data sums and powers stay float32 too: nothing says how far they reach.
 * 2. With data the result is run on it: what is not finite, and was, makes the first node where that happens float32.
 * 3. Half the bytes everywhere; faster on GPUs. On a processor ONNX Runtime computes most of it in float32 all the same,
 *    with Casts in between.
 * 4. The opset is raised to 13 where it is lower.
 */
import { cloneModel, graphsWithin, type Model, type Value } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { upgradeOpset } from "@pare/opset";
import type { Note, Pass, PassData, Tools } from "@pare/pass";
import * as z from "zod";
import { openTarget, targetOption } from "../targets/option.ts";
import type { Target } from "../targets/target.ts";
import { nodesOf } from "./dynamic-nodes.ts";
import { largestFloat16, withMasks } from "./float16-constants.ts";
import { float16Notes } from "./float16-notes.ts";
import { type HalfPlan, isFloat32, planHalf } from "./float16-plan.ts";
import { writeHalf } from "./float16-write.ts";

const label = "quantize/float16";
const leastOpset = 13;
const mostRounds = 8;

export const float16Options = z.strictObject({
  target: targetOption,
  ports: z
    .enum(["float32", "float16"])
    .default("float32")
    .describe("Type of the model's own float inputs and outputs. Default float32: callers need not change."),
  headroom: z
    .number()
    .min(1)
    .default(2)
    .describe("What reaches 65504 ÷ headroom on the calibration data stays float32. Default 2."),
});

export type Float16Options = z.output<typeof float16Options>;

export const quantizeFloat16: Pass<Float16Options> = {
  name: label,
  summary: "Compute in float16, and in float32 what float16 cannot hold; for GPUs.",
  options: float16Options,
  promise: "lossy",
  run: async (model, options, tools) =>
    writeFloat16(model, openTarget(options.target, tools.bench?.cpuFeatures), options, tools),
};

/** Converts `model` in place. */
export async function writeFloat16(
  model: Model,
  target: Target,
  { ports = "float32", headroom = 2 }: Partial<Float16Options>,
  tools: Tools,
): Promise<readonly Note[]> {
  const raised = upgradeOpset(model, leastOpset).filter(({ kind }) => kind === "changed");
  const measured = tools.data && (await measure(model, tools.data));
  const kept = new Set<string>();
  for (let round = 1; ; round++) {
    const savepoint = model.graph.savepoint();
    const inference = inferTypes(model);
    const plan = planHalf(model, nodesOf(model), inference, {
      keepFloat: (node) => {
        if (!tools.selects(node)) return "not selected";
        return node.outputs.some(({ name }) => kept.has(name)) ? "infinite or NaN in float16 on data" : undefined;
      },
      beyond: measured && beyondRange(measured, largestFloat16 / headroom),
    });
    const outputs = halfOutputs(model, plan);
    const casts = writeHalf(model, plan, inference, ports, label);
    const bad = measured && tools.data && (await firstNotFinite(model, outputs, measured, tools.data));
    if (bad === undefined || round === mostRounds) {
      savepoint.release();
      return [
        ...raised,
        ...float16Notes(model, plan, { target, casts, ports, bad, isMeasured: measured !== undefined }),
      ];
    }
    savepoint.rollback();
    kept.add(bad);
  }
}

interface Measured {
  readonly largest: number;
  readonly nonFinite: number;
}

/** Of every float32 value of the main graph, with masks as they will be. */
async function measure(model: Model, data: PassData): Promise<ReadonlyMap<string, Measured>> {
  const copy = cloneModel(model);
  copy.graph.edit(label, (edit) => {
    for (const graph of graphsWithin(copy.graph))
      for (const value of graph.values) {
        const tensor = value.origin.kind === "constant" ? value.origin.tensor : undefined;
        const masked = tensor?.dtype === "float32" ? withMasks(tensor) : undefined;
        if (masked !== undefined) edit.setConstant(value, masked);
      }
  });
  const inference = inferTypes(copy);
  const values = [...copy.graph.nodes].flatMap(({ op, outputs }) => (op === "onnx.Constant" ? [] : outputs));
  const inputs = copy.graph.inputs.filter(({ origin }) => origin.kind === "input" && origin.initial === undefined);
  const names = [...inputs, ...values]
    .filter((value) => value.name !== "" && isFloat32(value, inference))
    .map(({ name }) => ({ value: name }));
  const found = await data.observe(copy, names);
  return new Map(
    [...found].map(([name, { min, max, nonFinite }]) => [name, { largest: Math.max(-min, max), nonFinite }]),
  );
}

function beyondRange(measured: ReadonlyMap<string, Measured>, limit: number): ReadonlySet<string> {
  return new Set([...measured].filter(([, { largest }]) => largest > limit).map(([name]) => name));
}

/** The first output of which a number is not finite on the data, and was before; undefined where all is well. */
async function firstNotFinite(
  model: Model,
  outputs: readonly { readonly value: Value; readonly name: string }[],
  measured: ReadonlyMap<string, Measured>,
  data: PassData,
): Promise<string | undefined> {
  const observed = outputs.filter(({ name }) => measured.has(name));
  const found = await data.observe(
    model,
    observed.map(({ value }) => ({ value: value.name })),
  );
  const isWorse = ({ value, name }: (typeof observed)[number]) =>
    (found.get(value.name)?.nonFinite ?? 0) > (measured.get(name)?.nonFinite ?? 0);
  return observed.find(isWorse)?.name;
}

/** What float16 nodes of the main graph give, with the names that they have before writing. */
function halfOutputs(model: Model, { half }: HalfPlan) {
  const nodes = [...model.graph.nodes].filter((node) => half.has(node) && node.op !== "onnx.Constant");
  return nodes.flatMap(({ outputs }) => outputs.map((value) => ({ value, name: value.name })));
}
