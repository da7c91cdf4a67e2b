/** What a gate says, checked: plain data, without anything of the parser that read it. */
export type Condition =
  | { readonly kind: "compare"; readonly op: CompareOp; readonly left: Quantity; readonly right: Quantity }
  | { readonly kind: "and" | "or"; readonly left: Condition; readonly right: Condition }
  | { readonly kind: "not"; readonly of: Condition };

export type CompareOp = "<" | "<=" | ">" | ">=" | "==" | "!=";

export type Quantity =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "metric"; readonly metric: MetricRef }
  | { readonly kind: "negate"; readonly of: Quantity }
  | { readonly kind: "arithmetic"; readonly op: ArithmeticOp; readonly left: Quantity; readonly right: Quantity }
  | { readonly kind: "call"; readonly name: FunctionName; readonly args: readonly Quantity[] };

export type ArithmeticOp = "+" | "-" | "*" | "/";
export type FunctionName = "min" | "max" | "abs";

/** Whose value: that of the result, of the original model, or of the result of an earlier run. */
export type Subject = "result" | "original" | "base";

export interface MetricRef {
  readonly subject: Subject;
  /** In full: "latency.online.p50". */
  readonly name: string;
  /** Of one class's metric what all classes have in common: "recall.class". */
  readonly perClass?: string;
}

export interface Gate {
  /** As written. */
  readonly expression: string;
  readonly condition: Condition;
}

/** Every metric that a condition speaks of, in its order. */
export function metricsOf(part: Condition | Quantity): readonly MetricRef[] {
  switch (part.kind) {
    case "number":
      return [];
    case "metric":
      return [part.metric];
    case "not":
    case "negate":
      return metricsOf(part.of);
    case "call":
      return part.args.flatMap(metricsOf);
    default:
      return [...metricsOf(part.left), ...metricsOf(part.right)];
  }
}
