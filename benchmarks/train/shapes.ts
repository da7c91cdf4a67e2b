import type { ConvShapes, FixedWindow } from "@pare/ops";

export interface ConvCase {
  readonly name: string;
  readonly shapes: ConvShapes;
  readonly window: FixedWindow;
}

interface Form {
  readonly batch?: number;
  readonly kernel?: number;
  readonly stride?: number;
  readonly dilation?: number;
  readonly depthwise?: boolean;
}

/** A square convolution padded so that stride 1 keeps the size. */
function conv(from: number, to: number, size: number, form: Form = {}): ConvCase {
  const { batch = 128, kernel = 3, stride = 1, dilation = 1, depthwise = false } = form;
  const pad = (dilation * (kernel - 1)) / 2;
  const windows = Math.floor((size - 1) / stride) + 1;
  const pair = (value: number) => [value, value];
  const kind = [`${kernel}×${kernel}`, depthwise ? "depthwise" : "", stride > 1 ? `stride ${stride}` : ""];
  return {
    name: `${from}→${to}, ${size}², ${[...kind, dilation > 1 ? `dilation ${dilation}` : ""].filter(Boolean).join(", ")}, batch ${batch}`,
    shapes: {
      data: [batch, from, size, size],
      weight: [to, depthwise ? 1 : from, kernel, kernel],
      output: [batch, to, windows, windows],
    },
    window: {
      kernel: pair(kernel),
      strides: pair(stride),
      dilations: pair(dilation),
      padsBegin: pair(pad),
      padsEnd: pair(pad),
      group: depthwise ? from : 1,
    },
  };
}

export const convCases: readonly ConvCase[] = [
  // ResNet-8, width 16.
  conv(3, 16, 32),
  conv(16, 16, 32),
  conv(32, 32, 16),
  conv(64, 64, 8),
  conv(16, 32, 32, { stride: 2 }),
  conv(32, 64, 16, { stride: 2 }),
  conv(16, 32, 32, { kernel: 1, stride: 2 }),
  conv(32, 64, 16, { kernel: 1, stride: 2 }),
  // MobileNet.
  conv(3, 32, 224, { stride: 2, batch: 8 }),
  conv(32, 32, 112, { depthwise: true, batch: 8 }),
  conv(64, 64, 112, { depthwise: true, batch: 8, stride: 2 }),
  conv(128, 128, 56, { depthwise: true, batch: 8 }),
  conv(256, 256, 28, { depthwise: true, batch: 8, stride: 2 }),
  conv(512, 512, 14, { depthwise: true, batch: 8 }),
  conv(32, 32, 32, { depthwise: true, batch: 64 }),
  conv(96, 96, 8, { depthwise: true, batch: 64 }),
  conv(64, 128, 56, { kernel: 1, batch: 8 }),
  conv(512, 512, 14, { kernel: 1, batch: 8 }),
  conv(160, 960, 4, { kernel: 1, batch: 64 }),
  conv(384, 64, 8, { kernel: 1, batch: 64 }),
  conv(24, 144, 32, { kernel: 1, batch: 64 }),
  conv(256, 256, 7, { batch: 32 }),
  conv(128, 128, 8, { batch: 64 }),
  conv(960, 960, 4, { depthwise: true, batch: 64 }),
  // Dilated, large kernels, wide.
  conv(64, 64, 28, { dilation: 2, batch: 8 }),
  conv(3, 64, 224, { kernel: 7, stride: 2, batch: 4 }),
  conv(32, 32, 112, { batch: 4 }),
  conv(64, 64, 56, { batch: 8 }),
  conv(16, 16, 224, { batch: 4 }),
];

/** [batch, rows, inner] × [inner, columns]. */
export interface ProductCase {
  readonly name: string;
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
}

export const productCases: readonly ProductCase[] = [
  { name: "ViT-tiny, to queries, keys, values", batch: 16, rows: 197, inner: 192, columns: 576 },
  { name: "ViT-tiny, feed-forward", batch: 16, rows: 197, inner: 192, columns: 768 },
  { name: "transformer encoder, feed-forward", batch: 64, rows: 32, inner: 64, columns: 256 },
];
