import { PareError } from "@pare/error";
import { describeNode, type Node } from "@pare/ir";

/** `version`: the opset at which the operator changed in a way that this node cannot follow. */
export function opsetRefusedError(node: Node, version: number, reason: string): PareError {
  return new PareError({
    code: "OPSET_REFUSED",
    at: `${describeNode(node)} in graph "${node.graph.name}"`,
    problem: `${node.type} changed at opset ${version}, and this node cannot be raised past it: ${reason}`,
    next: `The model is as it was. Export it again at opset ${version} or later, or stay below ${version}.`,
  });
}

export function opsetTargetError(to: number, first: number, last: number): PareError {
  return new PareError({
    code: "OPSET_TARGET",
    at: "option to",
    problem: "no such opset to raise a model to",
    expected: `a whole number from ${first} to ${last}`,
    got: String(to),
  });
}
