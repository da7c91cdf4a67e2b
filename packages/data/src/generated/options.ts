import type { GlyphSplit } from "../glyphs/glyphs.ts";

export interface GeneratedOptions {
  readonly split: GlyphSplit;
  readonly length: number;
  /** An unsigned 32-bit integer. */
  readonly seed: number;
}

/** Splits draw from streams of their own. */
export const purposes: Readonly<Record<GlyphSplit, number>> = { train: 1, validation: 2, test: 3 };
