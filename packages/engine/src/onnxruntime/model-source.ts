import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { encodeModel, writeModel } from "@pare/formats";
import { allGraphs, type Model } from "@pare/ir";
import { sizeBytes, type Tensor } from "@pare/tensor";
import type { Body } from "./host-process.ts";

/** A model in memory, a file, or a file's bytes. */
export type ModelSource = Model | { readonly path: string } | { readonly bytes: Uint8Array };

/** How a model goes to the runtime: by path, or its bytes as the one part of the request. */
export interface Delivery {
  readonly name: string;
  readonly path?: string;
  readonly body?: Body;
  /** Removes what was written for it; called once the runtime has opened it or refused to. */
  done(): void;
}

/**
 * A model's bytes exist three times while they cross and a fourth time in the session; the weights of a file are mapped
 * and exist once. From here on that is also quicker.
 */
const largestInMemory = 16 * 1024 * 1024;

/** `scratch`: where a file may be written. */
export function deliver(model: ModelSource, scratch: string, inMemory = largestInMemory): Delivery {
  if ("path" in model) return { name: model.path, path: model.path, done: () => {} };
  if ("bytes" in model) return deliverBytes(model.bytes);
  return weightBytes(model) <= inMemory ? deliverBytes(encodeModel(model)) : deliverFile(model, scratch);
}

const name = "the model";

function deliverBytes(bytes: Uint8Array): Delivery {
  return { name, body: { sizes: [bytes.length], chunks: [bytes] }, done: () => {} };
}

function deliverFile(model: Model, scratch: string): Delivery {
  const folder = mkdtempSync(join(scratch, "model-"));
  const path = join(folder, "model.onnx");
  const done = () => {
    try {
      rmSync(folder, { recursive: true });
    } catch {
      // Windows keeps files that are mapped: they go with the scratch folder.
    }
  };
  try {
    writeModel(model, path, { externalData: "always" });
  } catch (error) {
    done();
    throw error;
  }
  return { name, path, done };
}

/** What the tensors of a model weigh, those that nodes hold too; one that is used twice counts twice. */
function weightBytes(model: Model): number {
  let bytes = 0;
  const add = (tensor: Tensor | undefined) => {
    if (tensor !== undefined) bytes += sizeBytes(tensor);
  };
  for (const graph of allGraphs(model)) {
    for (const { origin } of graph.values) {
      if (origin.kind === "constant") add(origin.tensor);
      if (origin.kind === "input") add(origin.initial);
    }
    for (const node of graph.nodes)
      for (const attr of node.attrs.values()) if (attr.kind === "tensor") add(attr.tensor);
  }
  return bytes;
}
