/** What a model's output is compared with, and how: plain data. */
export type LossSpec =
  /**
   * −Σ q_c·log softmax(z)_c, mean over samples (or tokens), with q = (1 − ε)·[c = label] + ε ÷ C (label smoothing:
   * Szegedy et al., 2016). Labels: int64 class indices, of the output's shape without its class axis; −1 is not counted.
   */
  | {
      readonly kind: "cross-entropy";
      /** ε in [0, 1); default 0. */
      readonly labelSmoothing?: number;
      /** Default: axis 1, of outputs of rank 3 the last one (tokens). */
      readonly classAxis?: number;
    }
  /** log(1 + e^z) − y·z, mean over all elements. Labels: float32 0 to 1 of the output's shape; `classes`: int64 [batch], 0 or 1. */
  | { readonly kind: "binary-cross-entropy"; readonly labels?: "values" | "classes" }
  /** (z − y)², mean over all elements; targets float32 of the output's shape. */
  | { readonly kind: "mse" }
  /** ½d² within δ (default 1), δ·(|d| − ½δ) beyond, mean over all elements (Huber, 1964). */
  | { readonly kind: "huber"; readonly delta?: number }
  /** 1 − cos(z, y) along the last axis, mean over the rest. */
  | { readonly kind: "cosine" };
