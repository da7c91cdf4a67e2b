import type { Model } from "@pare/ir";
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

export function deliver(model: ModelSource, _scratch: string): Delivery {
  if ("path" in model) return { name: model.path, path: model.path, done: () => {} };
  if ("bytes" in model)
    return { name: "the model", body: { sizes: [model.bytes.length], chunks: [model.bytes] }, done: () => {} };
  throw new Error("not yet");
}
