import type { PortInfo, Tensors } from "@pare/pass";
import { type Tensor, windows } from "@pare/tensor";
import { inputError, outputError } from "./errors.ts";
import type { Body } from "./host-process.ts";
import type { TensorHeader } from "./protocol.ts";
import { canCross } from "./tensors.ts";

/** What the runtime would refuse in words of its own is checked before anything is sent. */

/** The inputs in the session's order. @throws ENGINE_INPUT */
export function checkInputs(
  inputs: Tensors,
  ports: readonly PortInfo[],
  at: string,
): readonly (readonly [string, Tensor])[] {
  const stranger = [...inputs.keys()].find((name) => !ports.some((port) => port.name === name));
  if (stranger !== undefined)
    throw inputError(at, {
      problem: `there is no input "${stranger}"`,
      expected: ports.map(({ name }) => name).join(", ") || "no inputs",
      next: "An input that has an initial value cannot be given here: freeze it or remove its initializer.",
    });
  return ports.map((port) => {
    const tensor = inputs.get(port.name);
    if (tensor === undefined) throw inputError(at, { problem: `input "${port.name}" is missing` });
    checkTensor(tensor, port, at);
    return [port.name, tensor] as const;
  });
}

/** Bytes: the largest typed array that every supported Node can make. */
const maxTensorBytes = 4 * 1024 ** 3;

function checkTensor({ dtype, shape, source }: Tensor, port: PortInfo, at: string): void {
  const subject = `input "${port.name}"`;
  if (!canCross(port.dtype))
    throw inputError(at, {
      problem: `${subject} has element type ${port.dtype}, which cannot be handed to ONNX Runtime from Node`,
      next: "Put a Cast from another type behind the input.",
    });
  if (dtype !== port.dtype)
    throw inputError(at, { problem: `${subject} has another element type`, expected: port.dtype, got: dtype });
  const fits =
    shape.length === port.shape.length &&
    port.shape.every((dim, i) => typeof dim === "string" || dim < 0 || dim === shape[i]);
  if (!fits && port.shape.length > 0)
    throw inputError(at, {
      problem: `${subject} has another shape`,
      expected: shapeText(port.shape),
      got: shapeText(shape),
    });
  if (source.size > maxTensorBytes)
    throw inputError(at, {
      problem: `${subject} is too large for one tensor`,
      expected: `at most ${maxTensorBytes} bytes`,
      got: `${source.size}`,
    });
}

function shapeText(shape: readonly (number | string)[]): string {
  return `[${shape.map((dim) => (dim === -1 ? "?" : dim)).join(", ")}]`;
}

/** The outputs to ask for; without `fetch` all of them. @throws ENGINE_OUTPUT */
export function checkFetch(
  fetch: readonly string[] | undefined,
  ports: readonly PortInfo[],
  at: string,
): readonly string[] {
  const names = [...new Set(fetch ?? ports.map(({ name }) => name))];
  for (const name of names) {
    const port = ports.find((candidate) => candidate.name === name);
    if (port === undefined)
      throw outputError(at, {
        problem: `there is no output "${name}"`,
        expected: ports.map((candidate) => candidate.name).join(", "),
      });
    if (!canCross(port.dtype))
      throw outputError(at, {
        problem: `output "${name}" is of type ${port.dtype}, which ONNX Runtime cannot hand to Node`,
        next: "Fetch the other outputs by name.",
      });
  }
  return names;
}

/** Tensors as the header and body of a request; their bytes are read in windows, while they are sent. */
export function tensorBody(inputs: readonly (readonly [string, Tensor])[]): {
  readonly tensors: readonly TensorHeader[];
  readonly body: Body;
} {
  return {
    tensors: inputs.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    body: { sizes: inputs.map(([, { source }]) => source.size), chunks: chunksOf(inputs) },
  };
}

function* chunksOf(inputs: readonly (readonly [string, Tensor])[]): Generator<Uint8Array> {
  for (const [, { source }] of inputs) yield* windows(source);
}
