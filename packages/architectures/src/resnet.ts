import type { Value } from "@pare/ir";
import type { Architecture } from "./architecture.ts";
import { inputKindError } from "./errors.ts";
import { type NetworkWriter, network } from "./writer.ts";

/**
 * The residual network for small images (He, Zhang, Ren, Sun 2016, section 4.2): a 3×3 stem, three stages of `blocks`
 * basic blocks with w, 2w and 4w channels, the later two at half the size of the one before; projections (1×1) where the
 * shape changes. Width 16 and three classes of ten: 78 042 parameters with one block a stage, 272 474 with three.
 */
function resnet(name: string, blocks: number): Architecture {
  return {
    name,
    summary: `residual network of ${6 * blocks + 2} layers for small images; width: channels of the first stage (16)`,
    build(options) {
      const { input, classes, width = 16 } = options;
      const [channels, ...size] = input.sample;
      if (input.dtype !== "float32" || channels === undefined || size.length !== 2)
        throw inputKindError(name, "images [channels, height, width]", `[${input.sample.join(", ")}]`);
      return network(name, options, (writer, image) => {
        let x = writer.convNorm("stem", image, { from: channels, to: width, kernel: 3 });
        x = writer.op("Relu", "stem/Relu", [x]);
        let from = width;
        for (const [stage, to] of [width, 2 * width, 4 * width].entries())
          for (let block = 0; block < blocks; block++) {
            const stride = stage > 0 && block === 0 ? 2 : 1;
            x = basicBlock(writer, `stage${stage + 1}.block${block + 1}`, x, { from, to, stride });
            from = to;
          }
        return writer.poolingHead(x, from, classes);
      });
    },
  };
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly stride: number;
}

function basicBlock(writer: NetworkWriter, name: string, x: Value, { from, to, stride }: Block): Value {
  const first = writer.convNorm(`${name}.conv1`, x, { from, to, kernel: 3, stride });
  const inner = writer.op("Relu", `${name}/Relu`, [first]);
  const branch = writer.convNorm(`${name}.conv2`, inner, { from: to, to, kernel: 3 });
  const isSame = from === to && stride === 1;
  const shortcut = isSame ? x : writer.convNorm(`${name}.shortcut`, x, { from, to, kernel: 1, stride });
  return writer.op("Relu", `${name}/Relu_1`, [writer.op("Add", `${name}/Add`, [branch, shortcut])]);
}

export const resnet8 = resnet("resnet8", 1);
export const resnet20 = resnet("resnet20", 3);
