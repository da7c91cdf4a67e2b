/** Operators that compute with integers as they stand in a graph, whatever is around them. */
const named = new Set([
  "ConvInteger",
  "MatMulInteger",
  "MatMulIntegerToFloat",
  "DynamicQuantizeMatMul",
  "DynamicQuantizeLSTM",
  "QGemm",
  "QAttention",
  "QEmbedLayerNormalization",
  "QOrderedMatMul",
]);

export function isIntegerKernel(kernel: string): boolean {
  return kernel.startsWith("QLinear") || named.has(kernel);
}

/** They change floats to codes or codes to floats, or find the grid when the model runs. */
export function isConversion(kernel: string): boolean {
  return kernel === "QuantizeLinear" || kernel === "DequantizeLinear" || kernel === "DynamicQuantizeLinear";
}
