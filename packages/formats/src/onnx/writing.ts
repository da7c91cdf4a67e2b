import type { Tensor } from "@pare/tensor";
import type { ExternalPlace } from "./origin.ts";

/** What is shared while one model is encoded. */
export interface Writing {
  /** Whether what did not change is written as the bytes that were read. Off: everything is encoded anew. */
  readonly reuse: boolean;
  /** Where the data of a tensor goes; undefined: into the model file. */
  readonly placeOf: (tensor: Tensor) => ExternalPlace | undefined;
}
