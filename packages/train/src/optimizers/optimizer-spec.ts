/** How parameters follow their gradients: plain data. Learning rate and momentum are fed anew for each step. */
export type OptimizerSpec =
  /**
   * Stochastic gradient descent with momentum μ, PyTorch's form of it (Sutskever et al., 2013):
   * v ← μ·v + g; θ ← θ − lr·v, or with Nesterov's look ahead θ ← θ − lr·(g + μ·v). Plain descent: feed μ = 0.
   */
  | { readonly kind: "sgd"; readonly nesterov?: boolean }
  /**
   * Adam (Kingma and Ba, 2015, algorithm 1): m ← β₁m + (1 − β₁)g; v ← β₂v + (1 − β₂)g²;
   * θ ← θ − lr·m̂ ÷ (√v̂ + ε), m̂ = m ÷ (1 − β₁ᵗ), v̂ = v ÷ (1 − β₂ᵗ). Weight decay is added to g.
   */
  | AdamSpec<"adam">
  /** AdamW (Loshchilov and Hutter, 2019): weight decay shrinks θ by lr·λ before the step instead. */
  | AdamSpec<"adamw">;

export interface AdamSpec<Kind extends string> {
  readonly kind: Kind;
  /** Default 0.9 and 0.999. */
  readonly betas?: readonly [number, number];
  /** ε; default 1e-8. */
  readonly epsilon?: number;
}

export interface WeightDecay {
  /** λ, 0 or more. */
  readonly rate: number;
  /** `weights` (default): neither biases, scales of norms nor step sizes of quantizers decay. */
  readonly of?: "weights" | "all";
}
