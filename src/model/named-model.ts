import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { encodeModel, readModelFile } from "@pare/formats";
import { cloneModel, type Model } from "@pare/ir";
import { writeWhole } from "@pare/recipe";
import { builtinModelPath, isShipped } from "../catalog.ts";
import { type Checked, resolvePath } from "../run/data.ts";
import { buildNetwork, parseBuiltin } from "./builtin.ts";
import { filesOf } from "./disk.ts";
import { namedModelMissingError } from "./errors.ts";
import { describeFiles } from "./files.ts";
import { networkTask } from "./network-task.ts";

/** A model that a recipe or one of its steps names. */
export interface NamedModel {
  readonly reference: string;
  /** Of the file; of a network that is made: of the bytes that it would have. */
  readonly sha256: string;
  /** A copy of its own each time. */
  open(): Model;
}

/**
 * A path that starts in the recipe's folder, a model that ships, or a network made for the recipe's data.
 * @throws MODEL_MISSING, MODEL_BUILTIN, MODEL_DATA; the faults of the file and of the data
 */
export async function nameModel(reference: string, checked: Checked): Promise<NamedModel> {
  const builtin = parseBuiltin(reference);
  if (builtin === undefined) return await inFile(reference, resolvePath(reference, checked.folder), checked);
  if (isShipped(builtin.name)) return await inFile(reference, builtinModelPath(builtin.name), checked);
  const model = buildNetwork(builtin, await networkTask(reference, checked), checked.recipe.seed);
  return { reference, sha256: digest(encodeModel(model)), open: () => cloneModel(model) };
}

async function inFile(reference: string, path: string, { folder }: Checked): Promise<NamedModel> {
  if (!existsSync(path)) throw namedModelMissingError(reference, folder);
  const { sha256 } = await describeFiles(filesOf(readModelFile(path), path));
  return { reference, sha256, open: () => readModelFile(path) };
}

/** The file of a network that is made, in a folder for such: under its content's name, written once. */
export async function networkFile(reference: string, checked: Checked, folder: string): Promise<string> {
  const network = await nameModel(reference, checked);
  const path = join(folder, `${network.sha256}.onnx`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  await writeWhole(path, encodeModel(network.open()));
  return path;
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
