/** A source of samples as a recipe states it, with every default: plain data. */
export type SourceSpec = ImageSource | IdxSource | CifarSource | GeneratedSource;

export interface ImageSource {
  readonly images: string;
  /** "folder", "number", "none", or the path of a list of folders. */
  readonly classes: string;
  readonly corrupt: "fail" | "skip";
}

export interface IdxSource {
  readonly idx: string;
  readonly labels?: string | undefined;
}

export interface CifarSource {
  readonly cifar: readonly string[];
  readonly classes: 10 | 20 | 100;
}

export interface GeneratedSource {
  readonly generated: string;
  readonly samples: number;
  readonly seed: number;
}
