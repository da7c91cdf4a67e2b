import type { Place } from "../files/place.ts";
import type { Geometry } from "./geometry.ts";

export interface DecodeRequest {
  readonly key: number;
  readonly places: readonly Place[];
  readonly geometry: Geometry;
}

export type Decoded =
  | { readonly height: number; readonly width: number; readonly channels: 1 | 3; readonly offset: number }
  | { readonly fault: string };

export interface DecodeReply {
  readonly key: number;
  readonly images: readonly Decoded[];
  /** Their pixels, one image after the other. */
  readonly data: Uint8Array;
}
