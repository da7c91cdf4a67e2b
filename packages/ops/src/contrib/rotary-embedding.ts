import { rotaryEmbedding } from "../nn/rotary-embedding.ts";
import type { OpSpec } from "../spec.ts";

/** input, position_ids, cos_cache, sin_cache: the order is ONNX Runtime's own. */
export const microsoftRotaryEmbedding: OpSpec = { ...rotaryEmbedding, op: "com.microsoft.RotaryEmbedding" };
