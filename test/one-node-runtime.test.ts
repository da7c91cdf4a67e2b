import { encodeModel } from "@pare/formats";
import { type Model, typeText, type ValueType } from "@pare/ir";
import { inferTypes, tensorType } from "@pare/ops";
import { type DType, elementCount, isDType, tensorBytes, tensorOf } from "@pare/tensor";
import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { oneNode, theNode } from "../packages/ops/test/one-node.ts";
import { oneNodeCases } from "./fixtures/one-node-cases.ts";

const arrays = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  int32: Int32Array,
  uint16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

type FedType = keyof typeof arrays;

function isFedType(dtype: DType | undefined): dtype is FedType {
  return dtype !== undefined && Object.hasOwn(arrays, dtype);
}

/** Floats between 0 and 1, integers 0. */
function anyTensor(type: ValueType | undefined): ort.Tensor {
  if (type?.kind !== "tensor" || !isFedType(type.dtype)) throw new Error(`cannot feed ${typeText(type)}`);
  const shape = (type.shape ?? []).map(Number);
  const isFloat = type.dtype.startsWith("float");
  const values = Array.from({ length: elementCount(shape) }, (_, i) => (isFloat ? ((i * 37) % 101) / 101 : 0));
  const bytes = tensorBytes(tensorOf(type.dtype, shape, values)).slice();
  return new ort.Tensor(type.dtype, new arrays[type.dtype](bytes.buffer), shape);
}

function observedType({ type, dims }: ort.Tensor): ValueType {
  return tensorType(isDType(type) ? type : undefined, dims);
}

async function observe(model: Model): Promise<Map<string, string>> {
  const session = await ort.InferenceSession.create(encodeModel(model), { logSeverityLevel: 4 });
  const feeds = Object.fromEntries(model.graph.inputs.map((input) => [input.name, anyTensor(input.type)]));
  const results = await session.run(feeds);
  await session.release();
  return new Map(Object.entries(results).map(([name, tensor]) => [name, typeText(observedType(tensor))]));
}

describe("inferred types are those that the runtime gives", () => {
  it.each(oneNodeCases)("$node | $inputs", async ({ inputs, node, opset }) => {
    const model = oneNode(inputs, node, opset);
    const inference = inferTypes(model);
    const outputs = theNode(model).outputs.filter((output) => output.name !== "");
    const inferred = new Map(outputs.map((output) => [output.name, typeText(inference.type(output))]));
    expect(inferred).toEqual(await observe(model));
  });
});
