import { type Node, onlyConsumer } from "@pare/ir";
import { boundsOf } from "../placement/fold-clips.ts";
import type { Grid } from "./grids.ts";

/** The Relu or Clip that alone reads a node's one result and has one reader itself: the runtime looks behind it. */
export function clipBehind(node: Node): Node | undefined {
  const [output, ...others] = node.outputs.filter(({ name }) => name !== "");
  const clip = output && others.length === 0 ? onlyConsumer(output) : undefined;
  if (clip?.op !== "onnx.Relu" && clip?.op !== "onnx.Clip") return undefined;
  return clip.outputs[0] && onlyConsumer(clip.outputs[0]) ? clip : undefined;
}

const codeRanges: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
};

/** Whether the codes of a Q end where the clip would cut, so that the clip does nothing. */
export function isRedundant(clip: Node, { type, scale, zeroPoint }: Grid, opset: number): boolean {
  const range = codeRanges[type ?? ""];
  const bounds = boundsOf({ opset }, clip);
  if (range === undefined || scale === undefined || zeroPoint === undefined || bounds === undefined) return false;
  if (clip.op === "onnx.Relu") return zeroPoint === range[0];
  const code = (bound: number) => Math.round(bound / scale) + zeroPoint;
  return code(bounds.min) <= range[0] && code(bounds.max) >= range[1];
}
