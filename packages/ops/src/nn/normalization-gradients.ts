import { floatAttr, intAttr, type Value } from "@pare/ir";
import { type Formulas, formulas } from "../gradient/formulas.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";
import { ofBroadcastInput } from "../gradient/sum-to.ts";
import { axisIndex } from "../value-types.ts";
import {
  type Standardization,
  type Standardized,
  standardize,
  standardizeByRootMeanSquare,
  throughStandardization,
} from "./standardize.ts";

const defaultEpsilon = 1e-5;

/** What Layer- and RMSNormalization take together: the axes from `axis` (default the last) on. */
function rowsOf({ node, inputShape }: GradientContext): Standardization {
  const shape = inputShape(0);
  const axis = axisIndex(intAttr(node, "axis", -1), shape.length)!;
  return { x: node.inputs[0]!, shape, axis, epsilon: floatAttr(node, "epsilon", defaultEpsilon) };
}

/** Mean and deviation may be outputs; a loss that depends on them is not provided for. */
export function refuseStatistics({ gradients, refused }: GradientContext, slots: readonly number[]): void {
  if (slots.some((slot) => gradients[slot] !== undefined)) throw refused("the loss depends on its statistics");
}

/** y = x̂·scale + bias with scale and bias that broadcast. */
function layerRule(standardized: (context: GradientContext, f: Formulas, x: Standardization) => Standardized) {
  const rule: GradientRule = (context) => {
    refuseStatistics(context, [1, 2]);
    const { node, make, needs } = context;
    const f = formulas(make);
    const dy = context.gradients[0]!;
    const rows = standardized(context, f, rowsOf(context));
    return [
      needs(0) ? throughStandardization(f, rows, f.mul(dy, node.inputs[1]!)) : undefined,
      ofBroadcastInput(context, 1, () => f.mul(dy, rows.value)),
      ofBroadcastInput(context, 2, () => dy),
    ];
  };
  return rule;
}

export const layerNormalizationGradient = layerRule((context, _, rows) => standardize(context, rows));
export const rmsNormalizationGradient = layerRule((_, f, rows) => standardizeByRootMeanSquare(f, rows));

/** [N, C, …] standardized in `groups` groups of channels; scale and bias have one element a channel. */
function channelRule(groupsOf: (context: GradientContext) => number): GradientRule {
  return (context) => {
    const { node, make, needs } = context;
    const f = formulas(make);
    const shape = context.inputShape(0);
    const [batch, channels] = shape as [number, number];
    const positions = shape.slice(2).reduce((product, size) => product * size, 1);
    const groups = groupsOf(context);
    const inChannels = [batch, channels, positions];
    const inGroups = [batch, groups, (channels / groups) * positions];
    const epsilon = floatAttr(node, "epsilon", defaultEpsilon);
    const x = f.reshape(node.inputs[0]!, inGroups);
    const rows = standardize(context, { x, shape: inGroups, axis: 2, epsilon });
    const dy = f.reshape(context.gradients[0]!, inChannels);
    const ofData = () => {
      const scaled = f.mul(dy, f.reshape(node.inputs[1]!, [channels, 1]));
      return f.reshape(throughStandardization(f, rows, f.reshape(scaled, inGroups)), shape);
    };
    // Positions first, then samples: sums stay short, and exact.
    const perChannel = (value: Value) => f.reshape(f.sum(f.sum(value, [2]), [0]), [channels]);
    return [
      needs(0) ? ofData() : undefined,
      needs(1) ? perChannel(f.mul(dy, f.reshape(rows.value, inChannels))) : undefined,
      needs(2) ? perChannel(dy) : undefined,
    ];
  };
}

export const instanceNormalizationGradient = channelRule(({ inputShape }) => inputShape(0)[1]!);
/** As opset 21 and later have it: scale and bias by channel. */
export const groupNormalizationGradient = channelRule(({ node }) => intAttr(node, "num_groups")!);
