/** Gelu from its parts, where the operator set has it (20): by the error function, or by its tanh approximation. */
import { attr, type Node, type Value } from "@pare/ir";
import { becomes } from "./fuse-activations.ts";
import { isAbout, madeBy, madeOnlyFor, scalarOf, withScalar } from "./match.ts";
import type { Rewriting, Rule } from "./rule.ts";
import type { Scene } from "./scene.ts";

/** x·½·(1 + erf(x/√2)), the factors in any order. */
const formGelu: Rule = {
  ops: ["onnx.Mul"],
  apply(node, scene) {
    if (scene.opset(node) < 20) return false;
    const factors = factorsOf(node);
    const half = factors.find((factor) => scalarOf(factor, scene) === 0.5);
    const gate = factors.find((factor) => gateInput(factor, node, scene) !== undefined);
    const input = factors.find((factor) => factor !== half && factor !== gate);
    const gated = gate && gateInput(gate, node, scene);
    if (factors.length !== 3 || half === undefined || input === undefined || gated?.input !== input) return false;
    const attrs = gated.tanh ? { approximate: attr.string("tanh") } : {};
    return becomes(node, "onnx.Gelu", input, attrs, scene);
  },
};

/** The factors of a product of products that serves nothing else. */
function factorsOf(node: Node): readonly Value[] {
  return node.inputs.flatMap((input): Value[] => {
    const inner = madeOnlyFor(input, "onnx.Mul", node);
    return inner === undefined ? (input === undefined ? [] : [input]) : [...factorsOf(inner)];
  });
}

/** What 1 + erf(x/√2), or 1 + tanh(√(2/π)·(x + 0.044715·x³)), is taken of. */
function gateInput(value: Value, user: Node, scene: Scene): { input: Value; tanh: boolean } | undefined {
  const sum = withScalar(madeBy(value, "onnx.Add", user), scene);
  if (sum?.scalar !== 1) return undefined;
  const erf = madeBy(sum.data, "onnx.Erf", user);
  if (erf !== undefined) {
    const quotient = madeBy(erf.inputs[0], "onnx.Div", user);
    if (quotient?.inputs[0] && isAbout(scalarOf(quotient.inputs[1], scene), Math.SQRT2))
      return { input: quotient.inputs[0], tanh: false };
    const product = withScalar(madeBy(erf.inputs[0], "onnx.Mul", user), scene);
    return product && isAbout(product.scalar, Math.SQRT1_2) ? { input: product.data, tanh: false } : undefined;
  }
  const tanh = madeBy(sum.data, "onnx.Tanh", user);
  const scaled = tanh && withScalar(madeBy(tanh.inputs[0], "onnx.Mul", user), scene);
  if (!isAbout(scaled?.scalar, Math.sqrt(2 / Math.PI))) return undefined;
  const input = cubicInput(madeBy(scaled?.data, "onnx.Add", user), user, scene);
  return input && { input, tanh: true };
}

/** x of x + 0.044715·x³. */
function cubicInput(sum: Node | undefined, user: Node, scene: Scene): Value | undefined {
  for (const [slot, other] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const term = withScalar(madeBy(sum?.inputs[slot], "onnx.Mul", user), scene);
    const power = term && madeBy(term.data, "onnx.Pow", user);
    const input = sum?.inputs[other];
    if (!isAbout(term?.scalar, 0.044715) || power === undefined || input === undefined) continue;
    if (power.inputs[0] === input && scalarOf(power.inputs[1], scene) === 3) return input;
  }
  return undefined;
}

export const fuseGelu: Rewriting = {
  name: "simplify/fuse-gelu",
  summary: "Fuse Gelu from its parts, in operator sets that have it",
  promise: "rounding",
  rules: [formGelu],
};
