import { expect, test } from "vitest";
import { checkGradients } from "./support/check-gradients.ts";

/** A block of a transformer as exporters write it: embeddings, causal attention in heads, residual sums, a norm. */
test("attention from its parts", async () => {
  const text = `<ir_version: 10, opset_import: ["" : 21]>
  main (int64[2, 4] tokens, float[7, 6] table, float[4, 6] positions, float[6, 18] qkv, float[18] bias, float[6, 6] out,
    float[6] scale, float[6] shift) => (float[2, 4, 6] y)
  <int64[5] split = {2, 4, 3, 2, 3}, int64[3] joined = {0, 0, 6}, int64 zero = {0}, int64 one = {1}, int64 two = {2},
   float root = {0.57735}, float[4, 4] never = {-1e4, -1e4, -1e4, -1e4, -1e4, -1e4, -1e4, -1e4, -1e4, -1e4, -1e4, -1e4,
   -1e4, -1e4, -1e4, -1e4}>
  {
    rows = Gather (table, tokens)
    x = Add (rows, positions)
    product = MatMul (x, qkv)
    projected = Add (product, bias)
    heads = Reshape (projected, split)
    ordered = Transpose <perm = [2, 0, 3, 1, 4]> (heads)
    q = Gather (ordered, zero)
    k = Gather (ordered, one)
    v = Gather (ordered, two)
    turned = Transpose <perm = [0, 1, 3, 2]> (k)
    scores = MatMul (q, turned)
    scaled = Mul (scores, root)
    mask = Trilu (never, one)
    masked = Add (scaled, mask)
    weights = Softmax (masked)
    mixed = MatMul (weights, v)
    back = Transpose <perm = [0, 2, 1, 3]> (mixed)
    flat = Reshape (back, joined)
    attended = MatMul (flat, out)
    sum = Add (x, attended)
    y = LayerNormalization (sum, scale, shift)
  }`;
  await checkGradients({ text, draw: { tokens: (_, uniform) => Math.floor(7 * uniform) } });
});

test.each([
  ["Attention", 'opset_import: ["" : 23]', "Attention"],
  ["MultiHeadAttention", 'opset_import: ["" : 21, "com.microsoft" : 1]', "com.microsoft.MultiHeadAttention"],
])("%s in one node is refused by name", async (type, opsets, op) => {
  const attrs = type === "Attention" ? "q_num_heads = 2, kv_num_heads = 2" : "num_heads = 2";
  const text = `<ir_version: 10, ${opsets}> main (float[2, 4, 6] q, float[2, 4, 6] k, float[2, 4, 6] v) => (float[2, 4, 6] y)
    { y = ${op} <${attrs}> (q, k, v) }`;
  await expect(checkGradients({ text })).rejects.toThrow(`the operator ${type} has no gradient rule`);
});
