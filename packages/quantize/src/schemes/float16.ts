/**
 * float16 arithmetic, with float32 where float16 does not reach.
 *
 * 1. What must stay float32 does: values that data shows beyond ±65504 ÷ headroom, operators that take no float16, sizes,
 *    angles and what becomes an integer. Without data sums and powers stay float32 too: nothing says how far they reach.
 * 2. With data the conversion is rehearsed on it: what is not finite then, and was, becomes
 *    float32 with what leads to it.
 * 3. Half the bytes everywhere; faster on GPUs. On a processor ONNX Runtime computes most of it in float32 all the same,
 *    with Casts in between.
 * 4. The opset is raised to 13 where it is lower.
 */
import { cloneModel, graphsWithin, type Model, type Node, producerOf, type Value } from "@pare/ir";
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
import { rehearse } from "./float16-rehearsal.ts";
import { writeHalf } from "./float16-write.ts";

const label = "quantize/float16";
const leastOpset = 13;
const mostRounds = 16;

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
  run: async (model, options, tools) => writeFloat16(model, openTarget(options.target, tools), options, tools),
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
  const inference = inferTypes(model);
  const kept = new Set<Node>();
  for (let round = 1; ; round++) {
    const plan = planHalf(model, nodesOf(model), inference, {
      keepFloat: (node) => {
        if (!tools.selects(node)) return "not selected";
        return kept.has(node) ? "infinite or NaN in float16 on data" : undefined;
      },
      beyond: measured && beyondRange(measured, largestFloat16 / headroom),
    });
    const bad = measured && tools.data && (await firstNotFinite(model, plan, measured, tools.data));
    const causes = bad === undefined || round === mostRounds ? [] : causesOf(bad, plan.half);
    for (const cause of causes) kept.add(cause);
    if (causes.length > 0) continue;
    const casts = writeHalf(model, plan, inference, ports, label);
    return [...raised, ...float16Notes(model, plan, { target, casts, ports, bad, isMeasured: measured !== undefined })];
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

/** The first node of which a value is not finite on the data, and was before, where the plan rounds to float16. */
async function firstNotFinite(
  original: Model,
  plan: HalfPlan,
  measured: ReadonlyMap<string, Measured>,
  data: PassData,
): Promise<Node | undefined> {
  const { model, rounded } = rehearse(original, plan);
  const nodes = [...original.graph.nodes];
  const names = nodes.flatMap(({ outputs }) => outputs.map(({ name }) => name)).filter((name) => measured.has(name));
  const found = await data.observe(
    model,
    names.map((name) => ({ value: rounded.get(name) ?? name })),
  );
  const isWorse = ({ name }: Value) =>
    measured.has(name) && (found.get(rounded.get(name) ?? name)?.nonFinite ?? 0) > (measured.get(name)?.nonFinite ?? 0);
  return nodes.find(({ outputs }) => outputs.some(isWorse));
}

/** What has to be float32 so that a node gives better numbers: itself, or the last float16 nodes before it. */
function causesOf(node: Node, half: ReadonlySet<Node>): readonly Node[] {
  const causes = new Set<Node>();
  const seen = new Set<Node>();
  const pending = [node];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    if (half.has(at)) causes.add(at);
    else pending.push(...at.inputs.flatMap((input) => producerOf(input) ?? []));
  }
  return [...causes];
}
