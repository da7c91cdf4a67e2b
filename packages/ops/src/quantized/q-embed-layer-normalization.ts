import { embedding } from "../contrib/embed-layer-normalization.ts";

/** EmbedLayerNormalization with quantized tables; scales (inputs 8 to 12) and zero points (13 to 17) follow. */
export const qEmbedLayerNormalization = embedding("com.microsoft.QEmbedLayerNormalization", () => "float32");
