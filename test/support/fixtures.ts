import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { encodeModel, writeModel } from "@pare/formats";
import { parseModel } from "@pare/ir";
import onnxProto from "onnx-proto";
import type { Fixture, Habit } from "../fixtures/fixture.ts";
import { networks } from "../fixtures/networks.ts";
import { opsets } from "../fixtures/opsets.ts";
import { structures } from "../fixtures/structures.ts";

export const fixtures: readonly Fixture[] = [...networks, ...structures, ...opsets];

export interface ModelFile {
  readonly name: string;
  readonly path: string;
  /** False: ONNX Runtime is known not to run it. */
  readonly runs: boolean;
  readonly isDeterministic: boolean;
}

/**
 * The files that suites run over: the fixtures, written to a temporary folder, and every .onnx file of the folder that
 * the environment variable PARE_MODELS names.
 */
export async function modelFiles(): Promise<readonly ModelFile[]> {
  const folder = mkdtempSync(join(tmpdir(), "pare-fixtures-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const made: ModelFile[] = [];
  for (const fixture of fixtures) {
    const path = join(folder, `${fixture.name}.onnx`);
    await writeFixture(fixture, path);
    made.push({
      name: fixture.name,
      path,
      runs: fixture.runs ?? true,
      isDeterministic: fixture.nondeterministic !== true,
    });
  }
  return [...made, ...extraModels()];
}

function extraModels(): readonly ModelFile[] {
  const folder = process.env.PARE_MODELS;
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".onnx"))
    .sort()
    .map((name) => ({ name: basename(name, ".onnx"), path: join(folder, name), runs: true, isDeterministic: true }));
}

/** Writes a fixture the way its exporter stores files; habits are put in by an independent encoder (onnx-proto). */
export async function writeFixture(fixture: Fixture, path: string): Promise<void> {
  const model = parseModel(fixture.text);
  const habits = new Set<Habit>(fixture.habits);
  if (habits.has("external-data")) {
    await writeModel(model, path, { externalData: "always", thresholdBytes: 64 });
    return;
  }
  const bytes = encodeModel(model);
  writeFileSync(path, habits.size === 0 ? bytes : withHabits(bytes, habits));
}

function withHabits(bytes: Uint8Array, habits: ReadonlySet<Habit>): Uint8Array {
  const { ModelProto, TensorProto } = onnxProto.onnx;
  const model = ModelProto.decode(bytes);
  for (const tensor of model.graph?.initializer ?? []) {
    const { dims, dataType, name, rawData } = tensor;
    if (habits.has("initializers-as-inputs")) {
      const shape = { dim: (dims ?? []).map((dimValue) => ({ dimValue })) };
      model.graph?.input?.push({ name: name ?? "", type: { tensorType: { elemType: dataType ?? 0, shape } } });
    }
    if (habits.has("typed-fields") && rawData && dataType === TensorProto.DataType.FLOAT) {
      tensor.floatData = Array.from(new Float32Array(Uint8Array.from(rawData).buffer));
      tensor.rawData = null;
    }
    if (habits.has("typed-fields") && rawData && dataType === TensorProto.DataType.INT64) {
      tensor.int64Data = Array.from(new BigInt64Array(Uint8Array.from(rawData).buffer), Number);
      tensor.rawData = null;
    }
  }
  return ModelProto.encode(model).finish();
}
