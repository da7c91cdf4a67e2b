import { parseModel, printModel, verifyModel } from "@pare/ir";
import { selector, type Tools } from "@pare/pass";
import { numbers } from "@pare/tensor";
import { describe, expect, it } from "vitest";
import { cpuX64Vnni } from "../targets/cpu.ts";
import type { Target } from "../targets/target.ts";
import { type Float16Options, quantizeFloat16, writeFloat16 } from "./float16.ts";

const gpu: Target = { ...cpuX64Vnni, name: "gpu", device: "webgpu" };

/** Largest magnitudes by value: what data would show; everything else reaches 1. */
type Seen = Readonly<Record<string, number>>;

function tools(seen: Seen | undefined, selection: { only?: string[]; except?: string[] }): Tools {
  const statistics = (max: number) => ({
    ...{ samples: 1, elements: 1, nonFinite: 0, min: 0, max, mean: 0, rms: 0, meanMin: 0, meanMax: 0 },
    ...{ movingMin: 0, movingMax: 0, histogram: undefined, channels: undefined },
  });
  return {
    run: async () => [],
    progress: { report: () => {} },
    signal: new AbortController().signal,
    seed: 1,
    selects: selector(selection),
    ...(seen !== undefined && {
      data: {
        ...{ calibrationSamples: 1, validationSamples: 1, batches: async function* () {}, judge: async () => [] },
        manyAtOnce: async (each) => each,
        observe: async (_, wanted) => new Map(wanted.map(({ value }) => [value, statistics(seen[value] ?? 1)])),
      },
    }),
  };
}

interface Given extends Partial<Float16Options> {
  readonly seen?: Seen;
  readonly only?: string[];
  readonly except?: string[];
}

async function converted(text: string, { seen, only, except, ...options }: Given = {}) {
  const model = parseModel(text);
  const selection = { ...(only && { only }), ...(except && { except }) };
  const notes = await writeFloat16(model, gpu, options, tools(seen, selection));
  verifyModel(model);
  return { model, notes, texts: notes.map(({ text }) => text), text: printModel(model).replace(/^<.*\n/, "") };
}

describe("quantize/float16", () => {
  it("has Casts at the ports alone", async () => {
    const { text, texts } = await converted(
      `main (float[N,2] x) => (float[N,2] y) <float[2,2] w = {1, 0.1, 65504, 1e-9}, float[N,2] h> {
        h = MatMul (x, w)
        y = Relu (h)
      }`,
      { seen: {} },
    );
    // 0.1 is 0.0999755859375 in float16; 1e-9 is less than half the smallest step.
    expect(text).toBe(`main (float[N,2] x) => (float[N,2] y) <
  float16[2,2] w = {1, 0.099975586, 65504, 0},
  float16[N,2] h,
  float16[N,2] y_replaced
> {
  [x_float16] x_float16 = Cast <to = 10> (x)
  h = MatMul (x_float16, w)
  y_replaced = Relu (h)
  [y_float32] y = Cast <to = 1> (y_replaced)
}
`);
    expect(texts).toEqual([
      "2 of 2 nodes with floats are float16, with 2 Casts between them and float32",
      "nothing infinite or NaN on the calibration data that was not before",
    ]);
  });

  it("has none where the ports are float16 too", async () => {
    const { text } = await converted(
      `main (float[N,2] x, float s = {2}) => (float[N,2] y) { h = Mul (x, s)  y = Relu (h) }`,
      { seen: {}, ports: "float16" },
    );
    expect(text).toBe(`main (float16[N,2] x, float s = {2}) => (float16[N,2] y) {
  [s_float16] s_float16 = Cast <to = 10> (s)
  h = Mul (x, s_float16)
  y = Relu (h)
}
`);
  });

  it("keeps what data shows beyond the range, with its makers, readers and movers", async () => {
    const text = `main (float[N,2] x) => (float[N,2] y) {
      a = Relu (x)
      big = Mul (a, a)
      moved = Transpose <perm = [0, 1]> (big)
      small = Sqrt (moved)
      y = Relu (small)
    }`;
    const { text: written, texts } = await converted(text, { seen: { big: 40000, moved: 40000 } });
    expect(written).toContain("big = Mul (a_float32, a_float32)");
    expect(written).toContain("small = Sqrt (moved)");
    expect(written).toContain("Relu (small_float16)");
    expect(texts).toContain("3 in float32: values beyond float16's range on data");
    const near = await converted(text, { seen: { big: 40000, moved: 40000 }, headroom: 1 });
    expect(near.texts[0]).toMatch(/^5 of 5/);
  });

  it("keeps sums and powers where nothing was measured, and what moves their numbers", async () => {
    const { texts, text } = await converted(`main (float[N,2] x, float two) => (float[N,2] y) {
      p = Pow (x, two)
      m = Transpose <perm = [0, 1]> (p)
      y = Relu (m)
    }`);
    expect(texts).toEqual([
      "1 of 3 nodes with floats are float16, with 2 Casts between them and float32",
      "1 in float32: sums and powers that may overflow (nothing was measured)",
      "1 in float32: what moves the numbers of the others",
      "without data nothing was measured: what is float32 was chosen by rules, and other values may still overflow",
    ]);
    expect(text).toContain("p = Pow (x, two)");
  });

  /** `isBad`: whether a value is not finite on the data when the model is rehearsed. */
  async function rehearsed(isBad: (value: string, reads: string) => boolean) {
    const model = parseModel(`main (float[2] x) => (float[2] y) { h = Relu (x)  y = Neg (h) }`);
    const given = tools({}, {});
    let calls = 0;
    const observe: NonNullable<Tools["data"]>["observe"] = async (observed, wanted) => {
      const found = await given.data!.observe(observed, wanted);
      const relu = [...observed.graph.nodes].find(({ type }) => type === "Relu");
      const isRehearsal = calls++ > 0;
      const count = (name: string) => (isRehearsal && isBad(name, relu?.inputs[0]?.name ?? "") ? 3 : 0);
      return new Map([...found].map(([name, each]) => [name, { ...each, nonFinite: count(name) }]));
    };
    const notes = await writeFloat16(model, gpu, {}, { ...given, data: { ...given.data!, observe } });
    return notes.map(({ text, subjects = [] }) => [text, ...subjects]);
  }

  it("makes a node float32 where its numbers are not finite when rounded on the data", async () => {
    expect(await rehearsed((value, reads) => value === "h_rounded" && reads === "x_rounded")).toEqual([
      ["1 of 2 nodes with floats are float16, with 2 Casts between them and float32"],
      ["1 in float32: infinite or NaN in float16 on data", "h"],
      ["nothing infinite or NaN on the calibration data that was not before"],
    ]);
  });

  it("takes what leads to a node that stays so, and says where that does not help", async () => {
    expect(await rehearsed((value) => value.startsWith("y"))).toEqual([
      ["left as it is: nothing in it can be float16"],
      ["2 in float32: infinite or NaN in float16 on data", "h", "y"],
    ]);
  });

  it("keeps masks finite, bounds open, divisors from zero, and other large constants in float32", async () => {
    const { model, texts } = await converted(
      `main (float[2] x) => (float[2] a, float[2] b, float[2] c, float[2] d) <
        float[2] mask = {0, -3.4e38}, float low = {-3.4e38}, float high = {6}, float eps = {1e-12}, float big = {1e6}> {
        a = Add (x, mask)
        b = Clip (x, low, high)
        c = Add (x, eps)
        d = Mul (x, big)
      }`,
      { seen: {} },
    );
    const constant = (name: string) => {
      const origin = model.graph.value(name)?.origin;
      return origin?.kind === "constant" ? [origin.tensor.dtype, ...numbers(origin.tensor)] : undefined;
    };
    expect(constant("mask")).toEqual(["float16", 0, -16384]);
    expect(constant("low")).toEqual(["float16", Number.NEGATIVE_INFINITY]);
    expect(constant("eps")).toEqual(["float16", 2 ** -24]);
    expect(constant("big")).toEqual(["float32", 1e6]);
    expect(texts).toContain("1 in float32: constants beyond float16's range");
  });

  it("observes masks as they will be", async () => {
    const given = tools({}, {});
    let seen: readonly number[] = [];
    const observe: NonNullable<Tools["data"]>["observe"] = (observed, wanted) => {
      const mask = observed.graph.value("mask")?.origin;
      if (seen.length === 0 && mask?.kind === "constant") seen = [...numbers(mask.tensor)];
      return given.data!.observe(observed, wanted);
    };
    const model = parseModel("main (float[2] x) => (float[2] y) <float[2] mask = {0, -3.4e38}> { y = Add (x, mask) }");
    await writeFloat16(model, gpu, {}, { ...given, data: { ...given.data!, observe } });
    expect(seen).toEqual([0, -16384]);
  });

  it("stores a constant twice where readers differ", async () => {
    const { text } = await converted(
      `main (float[2] x) => (float[2] y, float[2] z) <float[2] w = {1, 2}> { ["kept"] y = Mul (x, w)  z = Add (x, w) }`,
      { seen: {}, except: ["kept"] },
    );
    expect(text).toContain("float[2] w = {1, 2}");
    expect(text).toContain("float16[2] w_float16 = {1, 2}");
    expect(text).toContain("y = Mul (x, w)");
  });

  it("keeps sizes, angles and what becomes an integer", async () => {
    const { texts } = await converted(
      `main (float[N,2] x, int64[3] at) => (float[3] s, int64[N,2] i, float half) <float[3] f = {1, 0.5, 0.25}, float two = {2}> {
        p = Cast <to = 1> (at)
        angle = Mul (p, f)
        s = Sin (angle)
        scaled = Mul (x, two)
        floor = Floor (scaled)
        i = Cast <to = 7> (floor)
        size = Size (x)
        n = Cast <to = 1> (size)
        half = Div (n, two)
      }`,
      { seen: {} },
    );
    expect(texts).toContain("3 in float32: angles");
    expect(texts).toContain("2 in float32: numbers that become integers");
    expect(texts).toContain("2 in float32: sizes and places");
  });

  it("leaves inputs that are float32 by the standard", async () => {
    const { text, texts } = await converted(
      `main (float[1,1,2,2] x) => (float y, float z) <float[4] scales = {1, 1, 2, 2}, float one = {1}> {
        y = Resize (x, , scales)
        z = Range (one, one, one)
      }`,
      { seen: {} },
    );
    expect(text).toContain("Resize (x_float16, , scales)");
    expect(text).toContain("float[4] scales");
    expect(texts).toContain("1 in float32: operators that take no float16 at this opset");
  });

  it("changes the types that attributes name", async () => {
    const { text } = await converted(
      `main (int64[2] x, int64[1] shape) => (float[2] y) {
        c = Cast <to = 1> (x)
        zero = ConstantOfShape <value = float[1] {3}> (shape)
        one = Constant <value_float = 0.5> ()
        s = Add (c, zero)
        y = Mul (s, one)
      }`,
      { seen: {} },
    );
    expect(text).toContain("c = Cast <to = 10> (x)");
    expect(text).toContain("ConstantOfShape <value = float16[1] {3}>");
    expect(text).toContain("Constant <value = float16 {0.5}>");
    expect(text.match(/Cast/g)).toHaveLength(2);
  });

  it("converts the insides of branches and loops, and leaves their borders", async () => {
    const { text, texts } = await converted(
      `main (bool c, float[2] x) => (float[2] y) <float[2] w = {1, 2}> {
        h = Relu (x)
        y = If <
          then_branch = graph yes () => (float[2] a) { a = Mul (h, w) },
          else_branch = graph no () => (float[2] b) { b = Identity (h) }
        > (c)
      }`,
      { seen: {} },
    );
    expect(texts).toContain("1 in float32: values that pass the border of a branch or loop");
    expect(text).toContain("a_replaced = Mul (h, w)");
    expect(text).toContain("[a_float32] a = Cast <to = 1> (a_replaced)");
    expect(text).toContain("float16[2] w");
  });

  it("leaves functions of the model and other domains alone", async () => {
    const { text, texts } = await converted(
      `<ir_version: 8, opset_import: ["" : 17, "own" : 1]>
      main (float[2] x) => (float[2] y) { h = own.Twice (x)  y = Relu (h) }
      <domain: "own", opset_import: ["" : 17]> Twice (a) => (b) { b = Add (a, a) }`,
      { seen: {} },
    );
    expect(texts).toContain("1 in float32: operators outside the ONNX standard, and functions of the model");
    expect(text).toContain("h = own.Twice (x)");
  });

  it("says that it does not pay on a processor", async () => {
    const model = parseModel("main (float[2] x) => (float[2] y) { y = Relu (x) }");
    const notes = await writeFloat16(model, cpuX64Vnni, {}, tools({}, {}));
    expect(notes.map(({ text }) => text).join()).toMatch(/does not pay on cpu-x64-vnni/);
  });

  it("leaves a model without floats as it is", async () => {
    const { texts } = await converted("main (int64[2] x) => (int64[2] y) { y = Add (x, x) }");
    expect(texts).toEqual(["left as it is: nothing in it can be float16"]);
    expect(quantizeFloat16.options.parse({})).toEqual({ target: "auto", ports: "float32", headroom: 2 });
  });
});
