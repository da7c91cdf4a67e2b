import type { Pass } from "@pare/pass";
import { quantizeDynamic } from "./schemes/dynamic.ts";

/** Every pass of this package that a recipe may name. */
export const quantizePasses: readonly Pass[] = [quantizeDynamic];
