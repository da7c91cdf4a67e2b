import { attr, attrsOf, type Model, type Value } from "@pare/ir";
import { inferTypes, specOf } from "@pare/ops";
import type { Tools } from "@pare/pass";
import { elementCount, numbers, tensorOf } from "@pare/tensor";
import { quantizeConstant } from "../weights/quantize-constant.ts";

/** Weights as int8 with a scale a channel, behind Cast and Mul, which the runtime folds when it loads the file. */
export async function storeWeights(
  model: Model,
  { minSize = 1024 }: { readonly minSize?: number },
  tools: Tools,
): Promise<readonly string[]> {
  const inference = inferTypes(model);
  const rank = (value: Value) => {
    const type = inference.type(value);
    return type?.kind === "tensor" ? type.shape : undefined;
  };
  const stored: string[] = [];
  model.graph.edit("quantize/storage", (edit) => {
    for (const node of [...model.graph.nodes]) {
      const spec = specOf(node.op);
      const roles = spec?.roles?.(node) ?? [];
      for (const [slot, value] of node.inputs.entries()) {
        if (value?.origin.kind !== "constant" || roles[slot] !== "weight" || !tools.selects(node)) continue;
        const { tensor } = value.origin;
        if (tensor.dtype !== "float32" || tensor.shape.length < 2 || elementCount(tensor.shape) < minSize) continue;
        const link = spec
          ?.axes?.(node, rank)
          .find(({ from, to, kind }) => from.input === slot && "output" in to && kind === "keeps");
        const axis = link?.from.axis ?? 0;
        const { codes, scales } = quantizeConstant(tensor, { type: "int8", symmetric: true, axis });
        const shape = tensor.shape.map((size, i) => (i === axis ? size : 1));
        const cast = edit.node("onnx.Cast", [edit.constant(`${value.name}_quantized`, codes, value.graph)], {
          attrs: attrsOf({ to: attr.int(1) }),
          graph: value.graph,
        });
        const scale = edit.constant(`${value.name}_scale`, tensorOf("float32", shape, numbers(scales)), value.graph);
        const product = edit.node("onnx.Mul", [cast.outputs[0], scale], {
          graph: value.graph,
          outputs: [`${value.name}_stored`],
        });
        edit.replaceUses(value, product.outputs[0]!);
        edit.removeConstant(value);
        stored.push(value.name);
      }
    }
  });
  return stored;
}
