/** What is compared: a model, its data, and what the result of `quantize/auto` has to reach. */
import type { Recipe } from "@pare/recipe";

export interface Case {
  /** Name of the file in MODELS without .onnx, and of its recipe in benchmarks/accuracy: test data and preprocessing. */
  readonly model: string;
  readonly train?: Recipe["data"]["train"];
  /** Samples that every tool calibrates with: so many of the training images, evenly spaced, or every n-th test image. */
  readonly calibration: { readonly train: number } | { readonly everyOfTest: number };
  /** Matrix products make up the model: dynamic quantization is for it. */
  readonly isMatMul?: boolean;
  readonly goal: Goal;
}

export interface Goal {
  /** Of the test images that did not calibrate, share right. */
  readonly accuracy: number;
  /** Share of them with the float model's answer. */
  readonly agreement?: number;
  /** Whose speed at least. */
  readonly speed: "ort-minmax" | "float";
  /** File ÷ float file, at most. */
  readonly bytes: number;
  /** Share of the multiply-adds that ran as integers, at least. */
  readonly integer: number;
  /** Or every region in float has its time measured both ways, in the record. */
  readonly mayBeFloat?: boolean;
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: a path as a recipe has it
const cifarTrain = { images: "${DATA}/cifar10/train.tar.gz", classes: "folder", corrupt: "fail" } as const;
const cifar = { train: cifarTrain, calibration: { train: 512 } };

export const cases: readonly Case[] = [
  { model: "cifar_base", ...cifar, goal: { accuracy: 0.8, speed: "ort-minmax", bytes: 0.3, integer: 0.95 } },
  { model: "resnet_4b", ...cifar, goal: { accuracy: 0.764, speed: "ort-minmax", bytes: 0.3, integer: 0.95 } },
  { model: "cifar10_large", ...cifar, goal: { accuracy: 0.725, speed: "ort-minmax", bytes: 0.3, integer: 0.95 } },
  { model: "resnet8_torch", ...cifar, goal: { accuracy: 0.8045, speed: "ort-minmax", bytes: 0.3, integer: 0.95 } },
  {
    model: "ibp_3_3_8",
    ...cifar,
    isMatMul: true,
    goal: { accuracy: 0.614, speed: "float", bytes: 0.45, integer: 0.5, mayBeFloat: true },
  },
  {
    model: "mobilenet_v1_025_224",
    calibration: { everyOfTest: 5 },
    goal: { accuracy: 0.555, agreement: 0.88, speed: "float", bytes: 0.45, integer: 0.5, mayBeFloat: true },
  },
];
