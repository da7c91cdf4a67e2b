import type { Held, PortInfo, Tensors } from "@pare/pass";
import { type Tensor, windows } from "@pare/tensor";
import { inputError, outputError } from "./errors.ts";
import type { Body } from "./host-process.ts";
import type { TensorHeader } from "./protocol.ts";
import { canCross } from "./tensors.ts";

/** What the runtime would refuse in words of its own is checked before anything is sent. */

/** The inputs in the session's order. Those that are `held` may be missing. @throws ENGINE_INPUT */
export function checkInputs(
  inputs: Tensors,
  ports: readonly PortInfo[],
  at: string,
  held: Pick<ReadonlySet<string>, "has"> = new Set(),
): readonly (readonly [string, Tensor])[] {
  for (const name of inputs.keys()) inputPort(name, ports, at);
  return ports.flatMap((port) => {
    const tensor = inputs.get(port.name);
    if (tensor === undefined && held.has(port.name)) return [];
    if (tensor === undefined) throw inputError(at, { problem: `input "${port.name}" is missing` });
    checkTensor(tensor, port, at);
    return [[port.name, tensor] as const];
  });
}

function inputPort(name: string, ports: readonly PortInfo[], at: string): PortInfo {
  const port = ports.find((candidate) => candidate.name === name);
  if (port !== undefined) return port;
  throw inputError(at, {
    problem: `there is no input "${name}"`,
    expected: ports.map((candidate) => candidate.name).join(", ") || "no inputs",
    next: "An input that has an initial value cannot be given here: freeze it or remove its initializer.",
  });
}

/** What an input shall hold at first, and what the output that it takes gives, must fit it. @throws ENGINE_INPUT, ENGINE_OUTPUT */
export function checkState(
  state: readonly Held[],
  inputs: readonly PortInfo[],
  outputs: readonly PortInfo[],
  at: string,
): void {
  for (const { input, initial, from } of state) {
    const port = inputPort(input, inputs, at);
    checkTensor(initial, port, at);
    if (from === undefined) continue;
    checkFetch([from], outputs, at);
    const output = outputs.find(({ name }) => name === from)!;
    if (output.dtype !== port.dtype || !mayBeSame(output.shape, port.shape))
      throw outputError(at, {
        problem: `input "${input}" cannot take output "${from}"`,
        expected: `${port.dtype} ${shapeText(port.shape)}`,
        got: `${output.dtype} ${shapeText(output.shape)}`,
      });
  }
}

/** Shapes of no axes say nothing: the runtime gives none where a shape is not known. */
function mayBeSame(a: PortInfo["shape"], b: PortInfo["shape"]): boolean {
  const isFree = (size: number | string) => typeof size === "string" || size < 0;
  if (a.length === 0 || b.length === 0) return true;
  return a.length === b.length && a.every((size, axis) => isFree(size) || isFree(b[axis]!) || size === b[axis]);
}

/** @throws ENGINE_INPUT */
export function checkHeldNames(names: readonly string[], held: readonly string[], at: string): readonly string[] {
  const stranger = names.find((name) => !held.includes(name));
  if (stranger === undefined) return [...new Set(names)];
  throw inputError(at, {
    problem: `no value is held for input "${stranger}"`,
    expected: held.join(", ") || "none: `hold` was not called",
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
