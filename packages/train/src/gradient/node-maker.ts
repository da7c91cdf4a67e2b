import { attrsOf, type Edit, type Value } from "@pare/ir";
import type { NodeMaker } from "@pare/ops";
import { tensorOf } from "@pare/tensor";

/** Nodes made through an edit. Outputs are named after `prefix`; equal constants are made once. */
export function nodeMaker(edit: Edit, prefix: string): NodeMaker {
  const constants = new Map<string, Value>();
  const once = (key: string, make: () => Value) => {
    const found = constants.get(key) ?? make();
    constants.set(key, found);
    return found;
  };
  const ops: NodeMaker["ops"] = (type, inputs, outputs, attrs = {}) => {
    const op = type.includes(".") ? type : `onnx.${type}`;
    const names = Array.from({ length: outputs }, () => `${prefix}${type.slice(type.lastIndexOf(".") + 1)}`);
    return edit.node(op, inputs, { attrs: attrsOf(attrs), outputs: names }).outputs;
  };
  const floats: NodeMaker["floats"] = (values, shape = [values.length]) =>
    once(`float ${shape.join()}: ${Array.from(values).join()}`, () =>
      edit.constant(`${prefix}constant`, tensorOf("float32", shape, Array.from(values))),
    );
  return {
    ops,
    op: (type, inputs, attrs) => ops(type, inputs, 1, attrs)[0]!,
    floats,
    scalar: (value) => floats([value], []),
    ints: (values) =>
      once(`int ${values.join()}`, () => edit.constant(`${prefix}sizes`, tensorOf("int64", [values.length], values))),
  };
}
