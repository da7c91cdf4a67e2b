/**
 * What was put into the data takes its place (or is added): it gets the gradient at its place, the data the rest.
 * Several updates of one place, without a reduction, are nobody's: which one stays is not defined.
 */
import { attr, intAttr, stringAttr } from "@pare/ir";
import { zeros } from "../gradient/add-rows.ts";
import type { GradientContext, GradientRule } from "../gradient/rule.ts";

export const scatterElementsGradient: GradientRule = (context) => {
  const { node, make, gradients } = context;
  const axis = { axis: attr.int(intAttr(node, "axis", 0)) };
  const indices = node.inputs[1];
  const none = () => zeros(make, context.inputShape(2));
  const left = () => (adds(context) ? gradients[0] : make.op("ScatterElements", [gradients[0], indices, none()], axis));
  return [
    context.needs(0) ? left() : undefined,
    undefined,
    context.needs(2) ? make.op("GatherElements", [gradients[0], indices], axis) : undefined,
  ];
};

export const scatterNDGradient: GradientRule = (context) => {
  const { node, make, gradients } = context;
  const indices = node.inputs[1];
  const none = () => zeros(make, context.inputShape(2));
  const left = () => (adds(context) ? gradients[0] : make.op("ScatterND", [gradients[0], indices, none()]));
  return [
    context.needs(0) ? left() : undefined,
    undefined,
    context.needs(2) ? make.op("GatherND", [gradients[0], indices]) : undefined,
  ];
};

function adds({ node, refused }: GradientContext): boolean {
  const reduction = stringAttr(node, "reduction", "none");
  if (reduction !== "none" && reduction !== "add") throw refused(`the reduction "${reduction}" has no gradient rule`);
  return reduction === "add";
}
