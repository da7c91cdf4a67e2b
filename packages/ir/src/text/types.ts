import { type DType, isDType } from "@pare/tensor";

/** The text form calls two types by their C names, as ONNX's own text syntax does. */
const textNames: Partial<Record<DType, string>> = { float32: "float", float64: "double" };

export function dtypeText(dtype: DType): string {
  return textNames[dtype] ?? dtype;
}

export function dtypeOf(text: string): DType | undefined {
  if (text === "float") return "float32";
  if (text === "double") return "float64";
  return isDType(text) && textNames[text] === undefined ? text : undefined;
}
