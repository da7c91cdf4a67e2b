import type { Architecture } from "./architecture.ts";
import { mlp } from "./mlp.ts";
import { mobilenetV2 } from "./mobilenet-v2.ts";
import { resnet8, resnet20 } from "./resnet.ts";
import { transformer } from "./transformer.ts";

export type { Architecture, NetworkInput, NetworkOptions } from "./architecture.ts";

/** Every network that can be made from nothing: THE list. */
export const architectures: readonly Architecture[] = [mlp, resnet8, resnet20, mobilenetV2, transformer];
