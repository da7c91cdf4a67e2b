import { describe, expect, it } from "vitest";
import { macsOf, typesOf } from "../../test/one-node.ts";

describe("attention", () => {
  it.each([
    ["float[2,4,5,8] q, float[2,2,6,8] k, float[2,2,6,3] v", "y = Attention (q, k, v)", "float[2,4,5,3]"],
    [
      "float[N,S,32] q, float[N,L,16] k, float[N,L,6] v",
      "y = Attention <q_num_heads = 4, kv_num_heads = 2> (q, k, v)",
      "float[N,S,12]",
    ],
    [
      "float[2,4,5,8] q, float[2,4,6,8] k, float[2,4,6,3] v, float[2,4,P,8] p, float[2,4,P,3] r",
      "y, a, b, s = Attention (q, k, v, , p, r)",
      "float[2,4,5,3], float[2,4,P + 6,8], float[2,4,P + 6,3], float[2,4,5,P + 6]",
    ],
    [
      "float[2,5,12] q, float[2,5,6] k, float[2,5,10] v, float[2,2,3,5] s",
      "y, t = LinearAttention <q_num_heads = 4, kv_num_heads = 2> (q, k, v, s)",
      "float[2,5,20], float[2,2,3,5]",
    ],
    [
      "float[2,5,16] x, float[16,48] w",
      "y, p = com.microsoft.Attention <num_heads = 4> (x, w)",
      "float[2,5,16], float[2,2,4,5,4]",
    ],
    ["float[2,5,4,3,8] q", "y = com.microsoft.MultiHeadAttention <num_heads = 4> (q)", "float[2,5,32]"],
    [
      "float[2,5,32] q, float[2,6,4,2,8] k",
      "y = com.microsoft.MultiHeadAttention <num_heads = 4> (q, k)",
      "float[2,5,32]",
    ],
    [
      "float[2,5,16] q, float[2,6,16] k, float[2,6,8] v",
      "y, a, b = com.microsoft.MultiHeadAttention <num_heads = 4> (q, k, v)",
      "float[2,5,8], float[2,4,6,4], float[2,4,6,2]",
    ],
    [
      "float16[B,S,64] q, float16[B,2,P,8] a, float16[B,2,P,8] b, int32[B] n, int32 t",
      "y, c, d = com.microsoft.GroupQueryAttention <num_heads = 4, kv_num_heads = 2> (q, , , a, b, n, t)",
      "float16[B,S,32], float16[B,2,?,8], float16[B,2,?,8]",
    ],
  ])("%s | %s", (inputs, node, expected) => {
    expect(typesOf(inputs, node, 27)).toBe(expected);
  });

  it("counts scores and the values' sum, and the projections where they are inside", () => {
    expect(macsOf("float[2,4,5,8] q, float[2,2,6,8] k, float[2,2,6,3] v", "y = Attention (q, k, v)", 23)).toBe(
      2 * 4 * 5 * 6 * 8 + 2 * 4 * 5 * 6 * 3,
    );
    expect(macsOf("float[2,5,16] x, float[16,48] w", "y = com.microsoft.Attention <num_heads = 4> (x, w)")).toBe(
      2 * 5 * 16 * 48 + 2 * (2 * 4 * 5 * 5 * 4),
    );
  });
});
