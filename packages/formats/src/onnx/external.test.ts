import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Model } from "@pare/ir";
import { FileSource, MemorySource, makeTensor, numbers, tensorOf } from "@pare/tensor";
import { onnx } from "onnx-proto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { info, modelBytes, samples } from "../../testing/samples.ts";
import type { MessageObject } from "./encode-message.ts";
import { checkOutput, encodeModel, readModel, readModelFrom, writeModel } from "./index.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pare-external-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = (...names: string[]) => join(folder, ...names);

/** An initializer whose data lies in a file: entries of external_data as they are given. */
const external = (name: string, count: number, entries: Record<string, string>): MessageObject => ({
  dims: [count],
  data_type: 1,
  name,
  external_data: Object.entries(entries).map(([key, value]) => ({ key, value })),
  data_location: 1,
});

function file(...initializer: MessageObject[]): Uint8Array {
  const sums = initializer.map((tensor, i) => ({
    input: [i === 0 ? "x" : `s${i - 1}`, String(tensor.name)],
    output: [i === initializer.length - 1 ? "y" : `s${i}`],
    op_type: "Add",
  }));
  return modelBytes({ node: sums, name: "g", initializer, input: [info("x")], output: [info("y")] });
}

function save(name: string, bytes: Uint8Array): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), bytes);
  return at(name);
}

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const valuesOf = (model: Model, name: string) => {
  const origin = model.graph.value(name)?.origin;
  if (origin?.kind !== "constant") throw new Error(`${name} is no constant`);
  return [...numbers(origin.tensor)];
};
/** Location and offset of an initializer in a file, by the words of another decoder. */
const placeOf = (path: string, name: string) => {
  const { graph } = onnx.ModelProto.decode(readFileSync(path));
  const entries = graph?.initializer?.find((tensor) => tensor.name === name)?.externalData ?? [];
  const value = (key: string) => entries.find((entry) => entry.key === key)?.value;
  return [value("location"), Number(value("offset"))];
};
const location = (of: string) => save("m.onnx", file(external("w", 2, { location: of })));

describe("reading", () => {
  test("offset, length, and a file in a folder below", () => {
    save("data/w.bin", floats(1, 2, 3, 4));
    const path = save("m.onnx", file(external("w", 2, { location: "data/w.bin", offset: "8", length: "8" })));
    expect(valuesOf(readModel(path), "w")).toEqual([3, 4]);
  });

  test.each([
    ["..", "../secret.bin", "it leads out of the folder"],
    [".. in the middle", "data/../../secret.bin", "it leads out of the folder"],
    [".. with the other slash", "data\\..\\secret.bin", "it leads out of the folder"],
    ["an absolute path", "/etc/hostname", "it is an absolute path"],
    ["a drive", "C:\\secret.bin", "it is an absolute path"],
    ["nothing", "", "it is no path"],
    ["a zero byte", "w\0.bin", "it is no path"],
    ["a folder", "data", "it is no regular file"],
  ])("%s is refused", (_, path, why) => {
    mkdirSync(at("data"));
    expect(() => readModel(location(path))).toThrow(
      `ONNX_EXTERNAL_PATH at graph.initializer[0] "w" in ${at("m.onnx")}: external data at ${JSON.stringify(path)} is refused: ${why}`,
    );
  });

  test("links may lead anywhere inside the folder and nowhere outside", () => {
    const outside = mkdtempSync(join(tmpdir(), "pare-outside-"));
    writeFileSync(join(outside, "secret.bin"), floats(7, 8));
    save("data/w.bin", floats(1, 2));
    symlinkSync("data/w.bin", at("inside.bin"));
    symlinkSync(join(outside, "secret.bin"), at("file.bin"));
    symlinkSync(outside, at("linked"));
    expect(valuesOf(readModel(location("inside.bin")), "w")).toEqual([1, 2]);
    expect(() => readModel(location("file.bin"))).toThrow("a link leads out of the folder");
    expect(() => readModel(location("linked/secret.bin"))).toThrow("a link leads out of the folder");
    rmSync(outside, { recursive: true });
  });

  test("a file that is missing, too short, or of another length than the shape", () => {
    expect(() => readModel(location("none.bin"))).toThrow(/^ONNX_EXTERNAL_MISSING at graph.initializer\[0\] "w"/);
    save("w.bin", floats(1));
    expect(() => readModel(location("w.bin"))).toThrow(
      'the external data file "w.bin" is too short (expected bytes 0 to 8, got 4 bytes)',
    );
    const wrong = (entries: Record<string, string>) => () =>
      readModel(save("m.onnx", file(external("w", 1, { location: "w.bin", ...entries }))));
    expect(wrong({ length: "8" })).toThrow("does not fit its shape (expected 4 bytes, got 8)");
    expect(wrong({ offset: "-4" })).toThrow("the offset of its external data is no size (got -4)");
    expect(wrong({ offset: "99999999999999999999" })).toThrow("is no size");
    expect(wrong({ offset: "9007199254740991" })).toThrow("ONNX_EXTERNAL_RANGE");
  });

  test("a model in memory has no folder", () => {
    const bytes = file(external("w", 2, { location: "w.bin" }));
    expect(() => readModelFrom(new MemorySource(bytes))).toThrow("The model was read from memory");
  });

  test("a model whose structure alone is wanted does without its data until that is read", () => {
    const bytes = file(external("w", 2, { location: "w.bin" }));
    const { graph } = readModelFrom(new MemorySource(bytes), { areWeightsAbsent: true });
    const origin = graph.value("w")?.origin;
    expect(origin).toMatchObject({ kind: "constant", tensor: { dtype: "float32", shape: [2], source: { size: 8 } } });
    expect(() => valuesOf(readModelFrom(new MemorySource(bytes), { areWeightsAbsent: true }), "w")).toThrow(
      "ONNX_EXTERNAL_MISSING",
    );
  });

  test("more files than a process should hold open", () => {
    const names = Array.from({ length: 100 }, (_, i) => `w${i}`);
    for (const [i, name] of names.entries()) save(`${name}.bin`, floats(i, -i));
    const model = readModel(
      save("m.onnx", file(...names.map((name) => external(name, 2, { location: `${name}.bin` })))),
    );
    expect(valuesOf(model, "w99")).toEqual([99, -99]);
    expect(readdirSync("/proc/self/fd").length).toBeLessThan(200);
    writeModel(model, at("one.onnx"));
    expect(valuesOf(readModel(at("one.onnx")), "w70")).toEqual([70, -70]);
    expect(readdirSync(folder).filter((name) => name.startsWith("one"))).toEqual(["one.onnx", "one.onnx.data"]);
  });
});

describe("writing", () => {
  const two = () => {
    save("weights.bin", Buffer.concat([new Uint8Array(100), floats(1, 2), new Uint8Array(20), floats(3, 4)]));
    const at128 = { location: "weights.bin", offset: "128", length: "8" };
    return save("m.onnx", file(external("w", 2, { location: "weights.bin", offset: "100" }), external("v", 2, at128)));
  };
  const drop = (model: Model, name: string, by: string) =>
    model.graph.edit("drop", (edit) => {
      edit.replaceUses(model.graph.value(name)!, model.graph.value(by)!);
      edit.removeConstant(model.graph.value(name)!);
    });

  test("under the same name elsewhere, an unchanged model is the same two files", () => {
    const path = two();
    mkdirSync(at("out"));
    writeModel(readModel(path), at("out", "m.onnx"));
    for (const name of ["m.onnx", "weights.bin"])
      expect(readFileSync(at("out", name)).equals(readFileSync(at(name)))).toBe(true);
  });

  test("under another name the data file is <model>.data and keeps its offsets", () => {
    const { files } = writeModel(readModel(two()), at("other.onnx"));
    expect(files.map(({ path }) => path)).toEqual([at("other.onnx"), at("other.onnx.data")]);
    expect(placeOf(at("other.onnx"), "w")).toEqual(["other.onnx.data", 100]);
    expect(readFileSync(at("other.onnx.data")).equals(readFileSync(at("weights.bin")))).toBe(true);
  });

  test("when a tensor goes, the data is laid out anew and aligned, tied weights once", () => {
    const model = readModel(two());
    drop(model, "w", "v");
    const v = model.graph.value("v")!.origin;
    if (v.kind === "constant") model.graph.edit("tie", (edit) => edit.constant("tied", { ...v.tensor }));
    writeModel(model, at("less.onnx"), { externalData: "always", thresholdBytes: 0 });
    expect(readFileSync(at("less.onnx.data"))).toEqual(Buffer.from(floats(3, 4)));
    expect([placeOf(at("less.onnx"), "v"), placeOf(at("less.onnx"), "tied")]).toEqual([
      ["less.onnx.data", 0],
      ["less.onnx.data", 0],
    ]);
  });

  test("a new constant follows the kept data; a small one stays in the model", () => {
    const model = readModel(two());
    model.graph.edit("grow", (edit) => {
      edit.constant("big", tensorOf("float32", [20_000], new Float32Array(20_000).fill(5)));
      edit.constant("small", tensorOf("float32", [1], [6]));
    });
    writeModel(model, at("more.onnx"));
    expect([placeOf(at("more.onnx"), "w")[1], placeOf(at("more.onnx"), "big")[1]]).toEqual([100, 4096]);
    const again = readModel(at("more.onnx"));
    expect([valuesOf(again, "v"), valuesOf(again, "big")[19_999], valuesOf(again, "small")]).toEqual([[3, 4], 5, [6]]);
    expect(readFileSync(at("more.onnx.data")).length).toBe(4096 + 80_000);
  });

  test("never: all weights are in the model file, in memory too", () => {
    const model = readModel(two());
    writeModel(model, at("all.onnx"), { externalData: "never" });
    expect(readdirSync(folder)).not.toContain("all.onnx.data");
    expect(valuesOf(readModel(at("all.onnx")), "v")).toEqual([3, 4]);
    expect(valuesOf(readModelFrom(new MemorySource(encodeModel(model))), "w")).toEqual([1, 2]);
  });

  test("always: what was inside goes out, and comes back the same", () => {
    const model = readModelFrom(new MemorySource(samples.plain));
    writeModel(model, at("out.onnx"), { externalData: "always", thresholdBytes: 8 });
    expect([placeOf(at("out.onnx"), "w"), placeOf(at("out.onnx"), "v")]).toEqual([
      ["out.onnx.data", 0],
      ["out.onnx.data", 64],
    ]);
    expect(valuesOf(readModel(at("out.onnx")), "v")).toEqual([3, 4]);
    mkdirSync(at("back"));
    writeModel(readModel(at("out.onnx")), at("back", "in.onnx"), { externalData: "never" });
    expect(encodeModel(readModel(at("back", "in.onnx"))).length).toBe(samples.plain.length);
  });

  test("keys of external data that are not ours stay, a checksum of the whole file goes", () => {
    save("w.bin", floats(1, 2));
    const entries = { location: "w.bin", checksum: "abcdef", basepath: "here" };
    writeModel(readModel(save("m.onnx", file(external("w", 2, entries)))), at("n.onnx"));
    const text = readFileSync(at("n.onnx"), "latin1");
    expect([text.includes("basepath"), text.includes("checksum")]).toEqual([true, false]);
  });

  test("beyond 2 GiB weights go out by themselves, or an error says why they cannot", () => {
    const size = 2 ** 30;
    const zeros = { size, read: (_: number, length: number) => new Uint8Array(length) };
    const model = readModelFrom(new MemorySource(samples.plain));
    model.graph.edit("grow", (edit) => {
      for (const name of ["a", "b"]) edit.constant(name, makeTensor("int8", [size], { ...zeros }));
    });
    const never = () => writeModel(model, at("huge.onnx"), { externalData: "never" });
    expect(never).toThrow("ONNX_TOO_LARGE: the model does not fit into one file: external data was ruled out");
    expect(() => encodeModel(model)).toThrow("it must be in memory as a whole");
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("files that are there already", () => {
  const model = () => readModelFrom(new MemorySource(samples.plain));

  test("are replaced only by force", () => {
    save("m.onnx", Uint8Array.of(1));
    expect(() => writeModel(model(), at("m.onnx"))).toThrow(`OUTPUT_EXISTS at ${at("m.onnx")}: a file of that name`);
    expect(readFileSync(at("m.onnx"))).toEqual(Buffer.of(1));
    writeModel(model(), at("m.onnx"), { force: true });
    expect(readFileSync(at("m.onnx")).equals(samples.plain)).toBe(true);
  });

  test("the data file is protected like the model", () => {
    save("m.onnx.data", Uint8Array.of(1));
    const always = { externalData: "always", thresholdBytes: 0 } as const;
    expect(() => writeModel(model(), at("m.onnx"), always)).toThrow(`OUTPUT_EXISTS at ${at("m.onnx.data")}`);
    expect(readdirSync(folder)).toEqual(["m.onnx.data"]);
  });

  test("the input and its data are never replaced, under no name", () => {
    save("in.onnx", samples.plain);
    symlinkSync("in.onnx", at("link.onnx"));
    linkSync(at("in.onnx"), at("hard.onnx"));
    const input = readModel(at("in.onnx"));
    for (const name of ["in.onnx", "link.onnx", "hard.onnx"])
      expect(() => writeModel(input, at(name), { force: true })).toThrow(`OUTPUT_IS_INPUT at ${at(name)}`);
    save("live.bin", floats(1));
    const other = model();
    other.graph.edit("live", (edit) => edit.constant("k", makeTensor("float32", [1], new FileSource(at("live.bin")))));
    expect(() => writeModel(other, at("live.bin"), { force: true })).toThrow("OUTPUT_IS_INPUT");
  });

  test("a failure leaves nothing behind", () => {
    const broken = model();
    const source = {
      size: 4,
      read: () => {
        throw new Error("the disk is gone");
      },
    };
    broken.graph.edit("break", (edit) => edit.constant("k", makeTensor("float32", [1], source)));
    save("m.onnx", Uint8Array.of(1));
    expect(() => writeModel(broken, at("m.onnx"), { force: true })).toThrow("cannot be written: the disk is gone");
    expect(readdirSync(folder)).toEqual(["m.onnx"]);
    expect(readFileSync(at("m.onnx"))).toEqual(Buffer.of(1));
  });

  test("a folder that is missing is said", () => {
    expect(() => writeModel(model(), at("no", "m.onnx"))).toThrow(`OUTPUT_FOLDER at ${at("no", "m.onnx")}`);
  });

  test("what would fail at the end is found before the work, and nothing is left behind", () => {
    save("taken.onnx", Uint8Array.of(1));
    const files = readdirSync(folder);
    expect(() => checkOutput(model(), at("no", "m.onnx"))).toThrow("OUTPUT_FOLDER");
    expect(() => checkOutput(model(), at("taken.onnx"))).toThrow("OUTPUT_EXISTS");
    expect(() => checkOutput(model(), folder, { force: true })).toThrow("this is a folder");
    expect(() => checkOutput(model(), "/proc/m.onnx")).toThrow(
      "OUTPUT_FAILED at /proc/m.onnx: the model cannot be written: no such file or directory",
    );
    checkOutput(model(), at("m.onnx"));
    checkOutput(model(), at("taken.onnx"), { force: true });
    expect(readdirSync(folder)).toEqual(files);
    expect(readFileSync(at("taken.onnx"))).toEqual(Buffer.of(1));
  });
});
