import { attr } from "@pare/ir";
import type { Architecture } from "./architecture.ts";
import { inputKindError } from "./errors.ts";
import { featuresOf, network } from "./writer.ts";

/** Dense layers with ReLU between them. */
export const mlp: Architecture = {
  name: "mlp",
  summary: "dense layers; width: features of each hidden one (64), depth: hidden layers (2)",
  build(options) {
    const { input, classes, width = 64, depth = 2 } = options;
    if (input.dtype !== "float32") throw inputKindError("mlp", "numbers", "tokens");
    return network("mlp", options, (writer, image) => {
      const sizes = [featuresOf(input), ...new Array<number>(depth).fill(width)];
      let x = input.sample.length > 1 ? writer.op("Flatten", "flatten", [image], { axis: attr.int(1) }) : image;
      for (let layer = 1; layer <= depth; layer++) {
        x = writer.dense(`layer${layer}`, x, sizes[layer - 1]!, sizes[layer]!);
        x = writer.op("Relu", `layer${layer}/Relu`, [x]);
      }
      return writer.dense("head", x, sizes[depth]!, classes);
    });
  },
};
