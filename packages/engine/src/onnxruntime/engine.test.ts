import { parseModel } from "@pare/ir";
import { numbers, numberToFloat16, stringBytes, stringTensor, type Tensor, tensorBytes, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { createOnnxRuntimeEngine } from "./engine.ts";

const engine = createOnnxRuntimeEngine();
afterAll(() => engine[Symbol.asyncDispose]());

const one = (name: string, tensor: Tensor) => new Map([[name, tensor]]);

describe("run", () => {
  test("gives outputs by name and reports its ports", async () => {
    const session = await engine.open(
      parseModel(
        "main (float[N, 2] x, float[?, 2] z) => (float[N, 2] s, float[2] r) { s = Add (x, z) r = ReduceSum <keepdims = 0> (x, axis) } ".replace(
          "{ s",
          "<int64[1] axis = {0}> { s",
        ),
      ),
    );
    expect(session.inputs).toEqual([
      { name: "x", dtype: "float32", shape: ["N", 2] },
      { name: "z", dtype: "float32", shape: [-1, 2] },
    ]);
    expect(session.outputs.map(({ name }) => name)).toEqual(["s", "r"]);
    const x = tensorOf("float32", [2, 2], [1, 2, 3, 4]);
    const outputs = await session.run(
      new Map([
        ["z", x],
        ["x", x],
      ]),
    );
    expect([...outputs.keys()]).toEqual(["s", "r"]);
    expect([...numbers(outputs.get("s")!)]).toEqual([2, 4, 6, 8]);
    expect([...numbers(outputs.get("r")!)]).toEqual([4, 6]);
    const fetched = await session.run(
      new Map([
        ["z", x],
        ["x", x],
      ]),
      { fetch: ["r"] },
    );
    expect([...fetched.keys()]).toEqual(["r"]);
  });

  test.each([
    ["float", tensorOf("float32", [3], [0.1, -0, Number.NaN])],
    ["double", tensorOf("float64", [2], [0.1, 1e300])],
    ["float16", tensorOf("float16", [4], [0.1, -2, 65504, Number.POSITIVE_INFINITY])],
    ["int64", tensorOf("int64", [2], [2n ** 63n - 1n, -(2n ** 63n)])],
    ["uint64", tensorOf("uint64", [1], [2n ** 64n - 1n])],
    ["int32", tensorOf("int32", [2], [-1, 2 ** 31 - 1])],
    ["uint32", tensorOf("uint32", [1], [2 ** 32 - 1])],
    ["int16", tensorOf("int16", [1], [-32768])],
    ["uint16", tensorOf("uint16", [1], [65535])],
    ["int8", tensorOf("int8", [3], [-128, 0, 127])],
    ["uint8", tensorOf("uint8", [3], [0, 128, 255])],
    ["bool", tensorOf("bool", [3], [1, 0, 1])],
  ])("hands %s over bit for bit, in any shape", async (type, tensor) => {
    const session = await engine.open(parseModel(`main (${type}[] x) => (${type}[] y) { y = Identity (x) }`));
    for (const input of [
      tensor,
      tensorOf(tensor.dtype, [], [1]),
      tensorOf(tensor.dtype, [2, 0, 3], []),
      { ...tensor, shape: [1, ...tensor.shape, 1] },
    ]) {
      const output = (await session.run(one("x", input))).get("y")!;
      expect(output.dtype).toBe(input.dtype);
      expect(output.shape).toEqual(input.shape);
      expect(Buffer.compare(tensorBytes(output), tensorBytes(input))).toBe(0);
    }
  });

  test("hands strings over", async () => {
    const session = await engine.open(parseModel("main (string[N] x) => (string[N] y) { y = Identity (x) }"));
    const output = (await session.run(one("x", stringTensor([3], ["a", "", "naïve ☃"])))).get("y")!;
    expect(stringBytes(output).map((bytes) => Buffer.from(bytes).toString())).toEqual(["a", "", "naïve ☃"]);
  });

  test("computes with halves, not only copies them", async () => {
    const session = await engine.open(parseModel("main (float16[N] x) => (float16[N] y) { y = Add (x, x) }"));
    const output = (await session.run(one("x", tensorOf("float16", [2], [1.5, -0.25])))).get("y")!;
    expect([...numbers(output)]).toEqual([3, -0.5]);
    expect(tensorBytes(output)).toEqual(new Uint8Array(new Uint16Array([3, -0.5].map(numberToFloat16)).buffer));
  });

  test("streams a tensor larger than one window, read only in windows", async () => {
    const session = await engine.open(parseModel("main (uint8[N] x) => (uint8[N] y) { y = Identity (x) }"));
    const size = 100_000_001;
    const pattern = Buffer.alloc(1 << 16, "pare");
    let largest = 0;
    const source = {
      size,
      read: (offset: number, length: number) => {
        largest = Math.max(largest, length);
        return Buffer.alloc(length, pattern.subarray(offset % 4, (offset % 4) + 4));
      },
    };
    const output = (await session.run(one("x", { dtype: "uint8", shape: [size], source }))).get("y")!;
    expect(output.source.size).toBe(size);
    expect(Buffer.from(output.source.read(size - 5, 5)).toString()).toBe("parep");
    expect(Buffer.from(output.source.read(50_000_000, 4)).toString()).toBe("pare");
    expect(largest).toBeLessThanOrEqual(64 * 1024 * 1024);
  });

  test("requests of several sessions at once keep apart", async () => {
    const text = (value: number) => `main (float[1] x) => (float[1] y) <float[1] c = {${value}}> { y = Mul (x, c) }`;
    const sessions = await Promise.all([1, 2, 3].map((value) => engine.open(parseModel(text(value)))));
    const results = await Promise.all(
      sessions.flatMap((session) => [5, 7].map((value) => session.run(one("x", tensorOf("float32", [1], [value]))))),
    );
    expect(results.map((outputs) => numbers(outputs.get("y")!)[0])).toEqual([5, 7, 10, 14, 15, 21]);
  });
});

describe("what does not fit is said before anything is sent", () => {
  const add = "main (float[N, 2] x, int64[2] k) => (float[N, 2] y) { y = Identity (x) }";
  const x = tensorOf("float32", [1, 2], [1, 2]);
  const k = tensorOf("int64", [2], [1, 2]);

  test.each([
    [
      "an unknown name",
      new Map([
        ["x", x],
        ["q", k],
      ]),
      /ENGINE_INPUT at the model: there is no input "q" \(expected x, k\)/,
    ],
    ["a missing input", new Map([["x", x]]), /ENGINE_INPUT at the model: input "k" is missing/],
    [
      "another type",
      new Map([
        ["x", x],
        ["k", x],
      ]),
      /input "k" has another element type \(expected int64, got float32\)/,
    ],
    [
      "another size",
      new Map([
        ["x", tensorOf("float32", [1, 3], [1, 2, 3])],
        ["k", k],
      ]),
      /input "x" has another shape \(expected \[N, 2\], got \[1, 3\]\)/,
    ],
    [
      "another rank",
      new Map([
        ["x", tensorOf("float32", [2], [1, 2])],
        ["k", k],
      ]),
      /expected \[N, 2\], got \[2\]/,
    ],
  ])("%s", async (_, inputs, text) => {
    const session = await engine.open(parseModel(add));
    await expect(session.run(inputs)).rejects.toThrow(text);
  });

  test("an output that is not there", async () => {
    const session = await engine.open(parseModel(add));
    await expect(
      session.run(
        new Map([
          ["x", x],
          ["k", k],
        ]),
        { fetch: ["z"] },
      ),
    ).rejects.toThrow(/ENGINE_OUTPUT at the model: there is no output "z" \(expected y\)/);
  });

  test("an output that is no tensor; the others can be fetched", async () => {
    const session = await engine.open(
      parseModel("main (float[2] x) => (seq(float[2]) s, float[2] y) { s = SequenceConstruct (x) y = Neg (x) }"),
    );
    const inputs = one("x", tensorOf("float32", [2], [1, 2]));
    await expect(session.run(inputs)).rejects.toThrow(/ENGINE_OUTPUT .* output "s" is of type non-tensor/);
    expect([...(await session.run(inputs, { fetch: ["y"] })).keys()]).toEqual(["y"]);
  });

  test("a type below 8 bits", async () => {
    const session = await engine.open(
      parseModel(
        `<ir_version: 10, opset_import: ["" : 21]> main (int4[2] x) => (float[2] y) <float s = {1}> { y = DequantizeLinear (x, s) }`,
      ),
    );
    await expect(session.run(one("x", tensorOf("int4", [2], [1, 2])))).rejects.toThrow(
      /ENGINE_INPUT .* input "x" has element type int4, which cannot be handed to ONNX Runtime from Node\. Put a Cast/,
    );
  });

  test("a closed session", async () => {
    const session = await engine.open(parseModel(add));
    await session[Symbol.asyncDispose]();
    await session[Symbol.asyncDispose]();
    await expect(
      session.run(
        new Map([
          ["x", x],
          ["k", k],
        ]),
      ),
    ).rejects.toThrow(/ENGINE_CLOSED at the model/);
  });
});

describe("what the runtime refuses becomes our error", () => {
  test.each([
    [
      "an IR version it does not know",
      `<ir_version: 14, opset_import: ["" : 17]> main (float[1] x) => (float[1] y) { y = Neg (x) }`,
      /ENGINE_MODEL at the model: this version of ONNX Runtime cannot read the model's IR version \(expected 1\d or lower, got 14\)\. The file can still be read/,
    ],
    [
      "an operator set it does not know",
      `<ir_version: 10, opset_import: ["" : 99]> main (float[1] x) => (float[1] y) { y = Neg (x) }`,
      /operator set of ai\.onnx \(expected \d+ or lower, got 99\)/,
    ],
    [
      "an unknown operator",
      "main (float[1] x) => (float[1] y) { [n] y = Foo (x) }",
      /ENGINE_MODEL at node n of the model: ONNX Runtime has no operator Foo in operator set 17/,
    ],
    [
      "a domain without an operator set",
      "main (float[1] x) => (float[1] y) { [n] y = my.lib.Foo (x) }",
      /ENGINE_MODEL at node n of the model: Foo is of domain "my\.lib", for which the model states no/,
    ],
    [
      "a kernel it lacks",
      "main (double[1,1,2,2] x, double[1,1,1,1] w) => (double[1,1,2,2] y) { [c] y = Conv (x, w) }",
      /ENGINE_MODEL at node c of the model: ONNX Runtime has no kernel for Conv \(operator version 11\)/,
    ],
    [
      "sizes that do not fit",
      "main (float[2,3] x, float[4,2] w) => (float[2,2] y) { [m] y = MatMul (x, w) }",
      /ENGINE_MODEL at node m of the model: ONNX Runtime refuses this MatMul: Incompatible dimensions/,
    ],
    [
      "types that do not fit",
      "main (float[2] x, int64[2] w) => (float[2] y) { [a] y = Add (x, w) }",
      /ENGINE_MODEL at node a of the model: ONNX Runtime refuses this node: Type Error/,
    ],
    [
      "an input type that Node cannot hold",
      "main (bfloat16[2] x) => (float[2] y) { y = Cast <to = 1> (x) }",
      /element type bfloat16, which cannot be handed/,
    ],
  ])("%s", async (_, text, expected) => {
    const refusal = await engine.open(parseModel(text)).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toHaveProperty("message", expect.stringMatching(expected));
    expect(refusal).toHaveProperty("exitCode", 2);
    expect(String(refusal)).not.toMatch(/onnxruntime_src|\.cc:|::/);
  });

  test.each([
    [
      { bytes: new TextEncoder().encode("<html>not a model</html>") },
      /ENGINE_MODEL at the model: this is not an ONNX model/,
    ],
    [{ bytes: new Uint8Array(0) }, /ENGINE_MODEL at the model: this is not an ONNX model/],
    [{ path: "no/such/model.onnx" }, /ENGINE_MODEL at no\/such\/model\.onnx: there is no such file/],
  ])("a file that is no model: %j", async (source, text) => {
    await expect(engine.open(source)).rejects.toThrow(text);
  });

  test("a run that fails names the node and leaves the session usable", async () => {
    const session = await engine.open(
      parseModel("main (float[N] x, int64[2] s) => (float[a, b] y) { [r] y = Reshape (x, s) }"),
    );
    const run = (n: number) =>
      session.run(
        new Map([
          ["x", tensorOf("float32", [n], new Float32Array(n))],
          ["s", tensorOf("int64", [2], [2, 2])],
        ]),
      );
    await expect(run(3)).rejects.toThrow(
      /ENGINE_RUN at node r of the model: Reshape failed: The input tensor cannot be reshaped .* Input shape:\{3\}/,
    );
    expect((await run(4)).get("y")!.shape).toEqual([2, 2]);
  });

  test("a device of another system", async () => {
    const device = process.platform === "darwin" ? "dml" : "coreml";
    await expect(
      engine.open(parseModel("main (float[1] x) => (float[1] y) { y = Neg (x) }"), { device }),
    ).rejects.toThrow(/ENGINE_PROVIDER at device \w+: \w+ is part of/);
  });
});

describe("options", () => {
  const text = `main (float[4, 4] x) => (float[4, 4] y) <float[4, 4] w = random(1), float[4] b = random(2)> {
    [mul] m = MatMul (x, w)
    [add] a = Add (m, b)
    [act] y = Relu (a)
  }`;
  const inputs = one("x", tensorOf("float32", [4, 4], new Float32Array(16).fill(1)));

  test("profile: every kernel of every run, with types and shapes", async () => {
    const session = await engine.open(parseModel(text), { profile: true, optimize: "off" });
    await session.run(inputs);
    await session.run(inputs);
    const { runs, events } = await session.profile();
    expect(runs).toBe(2);
    expect(events.map(({ node, op }) => `${node}:${op}`)).toEqual(
      [..."12"].flatMap(() => ["mul:MatMul", "add:Add", "act:Relu"]),
    );
    expect(events[1]).toMatchObject({
      provider: "CPUExecutionProvider",
      index: 1,
      outputs: [{ dtype: "float32", shape: [4, 4] }],
    });
    expect(await session.profile()).toEqual({ runs, events });
  });

  test("a profile survives names that JSON would have to escape", async () => {
    const session = await engine.open(
      parseModel(String.raw`main (float[1] x) => (float[1] y) { ["a\"b\\c/d:0"] y = Neg (x) }`),
      { profile: true },
    );
    await session.run(one("x", tensorOf("float32", [1], [1])));
    expect((await session.profile()).events.map(({ node }) => node)).toEqual(['a"b\\c/d:0']);
  });

  test("the optimized model is a model, fused", async () => {
    const session = await engine.open(parseModel(text), { optimizedModel: true, profile: true });
    const again = await engine.open({ bytes: await session.optimizedModel() }, { optimize: "off", profile: true });
    await again.run(inputs);
    expect((await again.profile()).events.length).toBeLessThan(3);
  });

  test("what was not asked for at the opening is not there", async () => {
    const session = await engine.open(parseModel(text));
    await expect(session.profile()).rejects.toThrow(
      /ENGINE_OPTION at the model: the session was opened without profile/,
    );
    await expect(session.optimizedModel()).rejects.toThrow(/ENGINE_OPTION .* without optimizedModel/);
  });
});

describe("time", () => {
  test("gives every run of every block to the session it belongs to", async () => {
    const small = await engine.open(parseModel("main (float[1] x) => (float[1] y) { y = Neg (x) }"));
    const large = await engine.open(
      parseModel(
        "main (float[256,256] x) => (float[256,256] y) { a = MatMul (x, x) b = MatMul (a, a) y = MatMul (b, b) }",
      ),
    );
    const progress: number[] = [];
    const timing = await engine.time(
      [
        { session: large, inputs: one("x", tensorOf("float32", [256, 256], new Float32Array(65536))) },
        { session: small, inputs: one("x", tensorOf("float32", [1], [1])) },
      ],
      { warmupRuns: 3, blocks: 4, runsPerBlock: 5, seed: 3 },
      { progress: (done, total) => progress.push(done / total) },
    );
    const [slow = [], fast = []] = timing.durationsUs;
    expect(slow.map((block) => block.length)).toEqual([5, 5, 5, 5]);
    expect(progress).toEqual([0.25, 0.5, 0.75, 1]);
    const least = (blocks: readonly Float64Array[]) => Math.min(...blocks.flatMap((block) => [...block]));
    expect(least(fast)).toBeGreaterThan(0);
    expect(least(slow)).toBeGreaterThan(5 * least(fast));
  });

  test("an abort between blocks leaves the process and its sessions alive", async () => {
    const session = await engine.open(parseModel("main (float[1] x) => (float[1] y) { y = Neg (x) }"));
    const inputs = one("x", tensorOf("float32", [1], [1]));
    const controller = new AbortController();
    const timing = engine.time(
      [{ session, inputs }],
      { warmupRuns: 0, blocks: 1000, runsPerBlock: 1, seed: 1 },
      {
        signal: controller.signal,
        progress: (done) => done === 3 && controller.abort(),
      },
    );
    await expect(timing).rejects.toThrow(/ENGINE_ABORTED: timing the model was stopped on request/);
    expect((await session.run(inputs)).size).toBe(1);
  });

  test("sessions of two engines cannot be compared", async () => {
    await using other = createOnnxRuntimeEngine();
    const session = await other.open(parseModel("main (float[1] x) => (float[1] y) { y = Neg (x) }"));
    const plan = { warmupRuns: 0, blocks: 1, runsPerBlock: 1, seed: 1 };
    await expect(engine.time([{ session, inputs: one("x", tensorOf("float32", [1], [1])) }], plan)).rejects.toThrow(
      /ENGINE_FOREIGN/,
    );
  });
});

describe("serve", () => {
  test("gives each session's arrivals their latency, over rounds in which the sessions take turns", async () => {
    const session = await engine.open(parseModel("main (float[1] x) => (float[1] y) { y = Neg (x) }"));
    const inputs = one("x", tensorOf("float32", [1], [1]));
    const slow = await engine.open(
      parseModel("main (float[512,512] x) => (float[512,512] y) { a = MatMul (x, x) y = MatMul (a, a) }"),
      { threads: 1 },
    );
    const large = one("x", tensorOf("float32", [512, 512], new Float64Array(512 * 512)));
    const rounds = (gapUs: number) =>
      [0, 1, 2].map((r) => Float64Array.from({ length: 4 }, (_, i) => (4 * r + i) * gapUs));
    const progress: number[] = [];
    const { latenciesUs } = await engine.serve(
      [
        { session, inputs },
        { session: slow, inputs: large },
      ],
      // The second is asked for much more than it can do.
      { arrivalsUs: [rounds(20_000), rounds(100)], queue: "newest", settlingRuns: 1, seed: 1 },
      { progress: (done) => progress.push(done) },
    );
    expect(latenciesUs.map((model) => model.map((round) => round.length))).toEqual([
      [4, 4, 4],
      [4, 4, 4],
    ]);
    expect(progress).toEqual([1, 2, 3]);
    const missed = latenciesUs.map((model) => model.flatMap((round) => [...round]).filter(Number.isNaN).length);
    expect(missed[0]).toBe(0);
    expect(missed[1]).toBeGreaterThan(5);
    expect(latenciesUs[0]![0]![0]).toBeGreaterThan(0);
  });
});
