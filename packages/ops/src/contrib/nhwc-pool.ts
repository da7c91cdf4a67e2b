import { pool } from "../nn/pool.ts";

/** MaxPool of quantized tensors [N, …spatial, C]. */
export const nhwcMaxPool = pool("com.microsoft.NhwcMaxPool", { channelsLast: () => true });
