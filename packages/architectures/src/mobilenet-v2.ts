import type { Value } from "@pare/ir";
import type { Architecture } from "./architecture.ts";
import { inputKindError } from "./errors.ts";
import { type NetworkWriter, network } from "./writer.ts";

/** Expansion, channels, repetitions, stride of the first (Sandler and others 2018, table 2). */
const stages = [
  { expand: 1, channels: 16, repeat: 1, stride: 1 },
  { expand: 6, channels: 24, repeat: 2, stride: 2 },
  { expand: 6, channels: 32, repeat: 3, stride: 2 },
  { expand: 6, channels: 64, repeat: 4, stride: 2 },
  { expand: 6, channels: 96, repeat: 3, stride: 1 },
  { expand: 6, channels: 160, repeat: 3, stride: 2 },
  { expand: 6, channels: 320, repeat: 1, stride: 1 },
];

/** Up to so many pixels a side the stem and the first stage with a stride keep the size, so that the last one is no 1×1. */
const smallImage = 64;

/** Channels are multiples of eight, and never below nine tenths of what the width asks for (the paper's own rule). */
export function channelsOf(channels: number, width: number): number {
  const wanted = channels * width;
  const rounded = Math.max(8, Math.floor((wanted + 4) / 8) * 8);
  return rounded < 0.9 * wanted ? rounded + 8 : rounded;
}

/** Inverted residuals with linear bottlenecks (Sandler, Howard, Zhu, Zhmoginov, Chen 2018). */
export const mobilenetV2: Architecture = {
  name: "mobilenetv2",
  summary: "inverted residuals, depthwise; width: factor of all channels (1)",
  build(options) {
    const { input, classes, width = 1 } = options;
    const [colours, height, breadth] = input.sample;
    if (input.dtype !== "float32" || colours === undefined || height === undefined || breadth === undefined)
      throw inputKindError("mobilenetv2", "images [channels, height, width]", `[${input.sample.join(", ")}]`);
    const isSmall = Math.max(height, breadth) <= smallImage;
    return network("mobilenetv2", options, (writer, image) => {
      let from = channelsOf(32, width);
      let x = relu6(writer, "stem", image, { from: colours, to: from, kernel: 3, stride: isSmall ? 1 : 2 });
      for (const [i, { expand, repeat, ...stage }] of stages.entries()) {
        const to = channelsOf(stage.channels, width);
        for (let block = 0; block < repeat; block++) {
          const stride = block > 0 || (isSmall && i === 1) ? 1 : stage.stride;
          x = invertedResidual(writer, `stage${i + 1}.block${block + 1}`, x, { from, to, expand, stride });
          from = to;
        }
      }
      const last = Math.max(1280, channelsOf(1280, width));
      x = relu6(writer, "last", x, { from, to: last, kernel: 1 });
      return writer.poolingHead(x, last, classes);
    });
  },
};

type Spec = Parameters<NetworkWriter["convNorm"]>[2];

function relu6(writer: NetworkWriter, name: string, x: Value, spec: Spec): Value {
  const bounds = [writer.scalar(`${name}.low`, 0), writer.scalar(`${name}.high`, 6)];
  return writer.op("Clip", `${name}/Clip`, [writer.convNorm(name, x, spec), ...bounds]);
}

interface Bottleneck {
  readonly from: number;
  readonly to: number;
  readonly expand: number;
  readonly stride: number;
}

function invertedResidual(writer: NetworkWriter, name: string, x: Value, spec: Bottleneck): Value {
  const { from, to, expand, stride } = spec;
  const inner = from * expand;
  const wide = expand === 1 ? x : relu6(writer, `${name}.expand`, x, { from, to: inner, kernel: 1 });
  const deep = relu6(writer, `${name}.depthwise`, wide, { from: inner, to: inner, kernel: 3, stride, group: inner });
  const narrow = writer.convNorm(`${name}.project`, deep, { from: inner, to, kernel: 1 });
  return stride === 1 && from === to ? writer.op("Add", `${name}/Add`, [x, narrow]) : narrow;
}
