import type { Inspection, Port } from "../inspect/inspect.ts";

/** What a model's input and output say of its task. A guess: the recipe says so and can be changed. */
export interface ModelLook {
  readonly task: "images" | "numbers" | "tokens" | "other";
  /** Of images; undefined where free. */
  readonly image?: ImageInput;
  /** Scores that the first output has for a sample; undefined where free or not a list of them. */
  readonly scores?: number;
}

export interface ImageInput {
  readonly layout: "NCHW" | "NHWC";
  readonly channels: number;
  readonly height?: number;
  readonly width?: number;
}

const integers = ["int32", "int64"];

export function lookAtModel({ inputs, outputs }: Pick<Inspection, "inputs" | "outputs">): ModelLook {
  const [first] = inputs;
  const scores = scoresOf(outputs[0]);
  const seen = scores === undefined ? {} : { scores };
  if (inputs.length === 1 && first !== undefined) {
    const image = imageOf(first);
    if (image !== undefined) return { task: "images", image, ...seen };
    if (first.shape?.length === 2 && !integers.includes(first.dtype ?? "")) return { task: "numbers", ...seen };
  }
  const isText = first?.shape?.length === 2 && inputs.every(({ dtype }) => integers.includes(dtype ?? ""));
  return { task: isText ? "tokens" : "other", ...seen };
}

/** [batch, 1 or 3 or 4 channels, height, width] or the same with the channels last. */
function imageOf({ shape }: Port): ImageInput | undefined {
  if (shape?.length !== 4) return undefined;
  const isChannels = (size: unknown): size is number => size === 1 || size === 3 || size === 4;
  const [, second, third, last] = shape;
  if (isChannels(second)) return { layout: "NCHW", channels: second, ...sides(third, last) };
  return isChannels(last) ? { layout: "NHWC", channels: last, ...sides(second, third) } : undefined;
}

function sides(height: unknown, width: unknown): Pick<ImageInput, "height" | "width"> {
  return typeof height === "number" && typeof width === "number" ? { height, width } : {};
}

function scoresOf(output: Port | undefined): number | undefined {
  const last = output?.shape?.length === 2 ? output.shape[1] : undefined;
  return typeof last === "number" ? last : undefined;
}
