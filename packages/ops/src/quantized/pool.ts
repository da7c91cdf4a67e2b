/** Pooling of quantized tensors: X, x_scale, x_zero_point, y_scale, y_zero_point. */
import { intAttr, type Node } from "@pare/ir";
import { globalPool } from "../nn/global-pool.ts";
import { type PoolForm, pool } from "../nn/pool.ts";

const form: PoolForm = {
  roles: ["data", "param"],
  channelsLast: (node: Node) => intAttr(node, "channels_last", 0) === 1,
  discontinuous: true,
};

export const qLinearAveragePool = pool("com.microsoft.QLinearAveragePool", form);
export const qLinearGlobalAveragePool = globalPool("com.microsoft.QLinearGlobalAveragePool", form);
