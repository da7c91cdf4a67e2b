/**
 * MatMul, then Add of a constant vector → Gemm with a bias. ONNX Runtime does the same when it loads a model with known
 * sizes, but then adds the bias in float, and dequantizes the weights in every run.
 *
 * Data of more than two axes are reshaped to rows before and back behind: [B, T, K] → [B·T, K] → Gemm → [B, T, N]. So at
 * most one of the sizes before the last may be unknown.
 */
import { type Edit, type Model, type Node, onlyConsumer, type Value } from "@pare/ir";
import { dtypeOf, type Inference, type Shape, shapeOf } from "@pare/ops";
import { makeTensor, type Tensor, tensorBytes, tensorOf } from "@pare/tensor";

interface Product {
  readonly matMul: Node;
  readonly add: Node;
  readonly bias: Tensor;
  /** Of the result. */
  readonly shape: Shape;
}

/** Gives the names of the results of the Gemms that were made. */
export function formGemms(model: Model, inference: Inference, may: (node: Node) => boolean): readonly string[] {
  const products = [...model.graph.nodes].flatMap((node) => productOf(node, inference, may) ?? []);
  if (products.length === 0) return [];
  const rows = new Map<Value, Value>();
  return model.graph.edit("quantize/form-gemms", (edit) => products.map((product) => rewrite(edit, product, rows)));
}

function productOf(matMul: Node, inference: Inference, may: (node: Node) => boolean): Product | undefined {
  const [data, weight] = matMul.inputs;
  const [output] = matMul.outputs;
  if (matMul.op !== "onnx.MatMul" || data === undefined || weight === undefined || output === undefined)
    return undefined;
  const add = onlyConsumer(output);
  if (add?.op !== "onnx.Add" || add.graph !== matMul.graph || !may(matMul) || !may(add)) return undefined;
  const other = add.inputs.find((input) => input !== output);
  const shape = shapeOf(inference.type(output));
  const isFloat = [data, weight, other].every((value) => value && dtypeOf(inference.type(value)) === "float32");
  if (!isFloat || other?.origin.kind !== "constant" || weight.origin.kind !== "constant" || shape === undefined)
    return undefined;
  const { tensor: bias } = other.origin;
  const columns = weight.origin.tensor.shape[1];
  if (weight.origin.tensor.shape.length !== 2 || shape.length < 2 || bias.shape.length > shape.length) return undefined;
  if (bias.shape.at(-1) !== columns || bias.shape.slice(0, -1).some((dim) => dim !== 1)) return undefined;
  const free = shape.slice(0, -1).filter((dim) => typeof dim !== "number");
  const isEmpty = shape.some((dim) => dim === 0);
  return isEmpty || (shape.length > 2 && free.length > 1) ? undefined : { matMul, add, bias, shape };
}

function rewrite(edit: Edit, { matMul, add, bias, shape }: Product, rows: Map<Value, Value>): string {
  const [data, weight] = matMul.inputs as readonly [Value, Value];
  const result = add.outputs[0]!;
  const columns = bias.shape.at(-1)!;
  const vector = edit.constant(`${result.name}_bias`, makeTensor(bias.dtype, [columns], tensorBytes(bias)));
  const isMatrix = shape.length === 2;
  const input = isMatrix ? data : rowsOf(edit, data, weight, rows);
  const gemm = edit.node("onnx.Gemm", [input, weight, vector], {
    name: matMul.name === "" ? `${result.name}_gemm` : matMul.name,
    outputs: [`${result.name}_gemm`],
    before: add,
  });
  const sizes = shape.map((dim, axis) => (typeof dim === "number" ? dim : axis === shape.length - 1 ? columns : -1));
  const back = isMatrix ? gemm.outputs[0]! : reshaped(edit, gemm.outputs[0]!, sizes, result.name);
  const { name } = result;
  edit.replaceUses(result, back);
  const spent = add.inputs;
  edit.remove(add);
  edit.remove(matMul);
  for (const value of spent) if (value?.origin.kind === "constant" && value.uses.size === 0) edit.removeConstant(value);
  edit.rename(back, name);
  return name;
}

/** One Reshape for all the products that read the same data. */
function rowsOf(edit: Edit, data: Value, weight: Value, rows: Map<Value, Value>): Value {
  const depth = weight.origin.kind === "constant" ? weight.origin.tensor.shape[0]! : -1;
  const known = rows.get(data);
  if (known !== undefined) return known;
  const made = reshaped(edit, data, [-1, depth], `${data.name}_rows`);
  rows.set(data, made);
  return made;
}

function reshaped(edit: Edit, value: Value, sizes: readonly number[], name: string): Value {
  const shape = edit.constant(`${name}_shape`, tensorOf("int64", [sizes.length], sizes.map(BigInt)));
  const spec = { name: `${name}_reshape`, outputs: [`${name}_reshaped`] };
  return edit.node("onnx.Reshape", [value, shape], spec).outputs[0]!;
}
