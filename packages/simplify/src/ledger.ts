import { type Attrs, allGraphs, type Model } from "@pare/ir";
import { sizeBytes, type Tensor } from "@pare/tensor";

/** Counts parameter bytes, so that simplifying never leaves more of them than it found. */
export class Ledger {
  readonly #model: Model;
  readonly #limit: number;
  #now: number;

  constructor(model: Model) {
    this.#model = model;
    this.#limit = parameterBytes(model);
    this.#now = this.#limit;
  }

  /** Whether `bytes` more (less where negative) stay within what the model had at first. */
  affords(bytes: number): boolean {
    return bytes <= 0 || this.#now + bytes <= this.#limit;
  }

  spent(tensor: Tensor): void {
    this.#now += sizeBytes(tensor);
  }

  freed(tensor: Tensor): void {
    this.#now -= sizeBytes(tensor);
  }

  recount(): void {
    this.#now = parameterBytes(this.#model);
  }
}

/** Bytes of all initializers, initial values of inputs, and Constant nodes. */
export function parameterBytes(model: Model): number {
  let bytes = 0;
  for (const graph of allGraphs(model)) {
    for (const { origin } of graph.values) {
      if (origin.kind === "constant") bytes += sizeBytes(origin.tensor);
      else if (origin.kind === "sparse-constant")
        bytes += sizeBytes(origin.tensor.values) + sizeBytes(origin.tensor.indices);
      else if (origin.kind === "input" && origin.initial !== undefined) bytes += sizeBytes(origin.initial);
    }
    for (const node of graph.nodes) if (node.op === "onnx.Constant") bytes += constantNodeBytes(node.attrs);
  }
  return bytes;
}

function constantNodeBytes(attrs: Attrs): number {
  let bytes = 0;
  for (const attr of attrs.values()) {
    if (attr.kind === "tensor") bytes += sizeBytes(attr.tensor);
    else if (attr.kind === "int") bytes += 8;
    else if (attr.kind === "float") bytes += 4;
    else if (attr.kind === "ints") bytes += 8 * attr.values.length;
    else if (attr.kind === "floats") bytes += 4 * attr.values.length;
  }
  return bytes;
}
