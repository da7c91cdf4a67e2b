/** One rewrite: a graph at opset `from` in the text form, and the same at opset `to`. */
export interface Case {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly before: string;
  readonly after: string;
  /** Why ONNX Runtime cannot run it; the text alone is compared then. */
  readonly notRun?: string;
}
