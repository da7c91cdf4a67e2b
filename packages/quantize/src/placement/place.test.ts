import { parseModel } from "@pare/ir";
import { inferTypes } from "@pare/ops";
import { describe, expect, it } from "vitest";
import type { PlacementOptions } from "../contract.ts";
import { cpuX64Vnni } from "../targets/cpu.ts";
import { integerOnly } from "../targets/integer-only.ts";
import { type Target, targetSchema } from "../targets/target.ts";
import { tensorrt } from "../targets/tensorrt.ts";
import { place } from "./place.ts";

interface Given {
  readonly inputs?: string;
  readonly outputs?: string;
  readonly constants?: string;
  readonly opset?: number;
  readonly target?: Target;
  readonly options?: PlacementOptions;
}

const weights =
  "float[8,8,3,3] w = random(1), float[8] b = random(2), float[8,1,3,3] dw = random(3), float[8,8] m = random(4)";

function placed(body: string, given: Given = {}) {
  const { inputs = "float[1,8,8,8] x", outputs = "float[] y", constants = "", opset = 17 } = given;
  const model = parseModel(`<ir_version: 8, opset_import: ["" : ${opset}]>
    main (${inputs}) => (${outputs}) <${weights} ${constants}> { ${body} }`);
  const placement = place(model, inferTypes(model), given.target ?? cpuX64Vnni, given.options);
  const decisions = [...placement.decisions].map(([node, { kind, kernel }]) =>
    kind === "integer" ? `${node.outputs[0]!.name} ${kernel}` : `${node.outputs[0]!.name} ${kind}`,
  );
  const reasons = new Map([...placement.decisions].map(([node, { reason }]) => [node.outputs[0]!.name, reason]));
  const groups = new Map([...placement.decisions].map(([node, { group }]) => [node.outputs[0]!.name, group]));
  const grids = placement.activations.map(({ values }) => values.map(({ name }) => name).join(" = "));
  return { ...placement, placed: decisions, reasons, groups, grids };
}

const same = "<pads = [1, 1, 1, 1]>";
const depthwise = "<pads = [1, 1, 1, 1], group = 8>";

describe("compute nodes", () => {
  it("become integer with grids before and behind them, a weight scale a channel and an int32 bias", () => {
    const { placed: found, grids, weights, biases } = placed("y = Conv (x, w, b)");
    expect(found).toEqual(["y QLinearConv"]);
    expect(grids).toEqual(["x", "y"]);
    expect(weights.map(({ value, spec }) => [value.name, spec])).toEqual([
      ["w", { type: "int8", symmetric: true, axis: 0 }],
    ]);
    expect(biases.map(({ value, data, weight, factor }) => [value.name, data.name, weight.name, factor])).toEqual([
      ["b", "x", "w", 1],
    ]);
  });

  it.each([
    ["Conv", "y = Conv (x, w)", "float[1,8,8,8] x", 0],
    ["depthwise Conv", `y = Conv ${depthwise} (x, dw)`, "float[1,8,8,8] x", 0],
    ["MatMul", "y = MatMul (x, m)", "float[4,8] x", 1],
    ["Gemm", "y = Gemm (x, m)", "float[4,8] x", 1],
    ["transposed Gemm", "y = Gemm <transB = 1> (x, m)", "float[4,8] x", 0],
  ])("%s: the weight's axis that becomes the output's channels", (_, body, inputs, axis) => {
    expect(placed(body, { inputs }).weights[0]!.spec.axis).toBe(axis);
  });

  it("one scale for a constant on the left, and for a batch of matrices", () => {
    expect(placed("y = MatMul (m, x)", { inputs: "float[8,4] x" }).weights[0]!.spec.axis).toBeUndefined();
    const constants = ", float[2,8,8] ms = random(5)";
    expect(placed("y = MatMul (x, ms)", { inputs: "float[2,4,8] x", constants }).weights[0]!.spec.axis).toBeUndefined();
  });

  it.each([
    ["y = Conv (x, v)", "its weight is computed", { inputs: "float[1,8,8,8] x, float[8,8,3,3] v" }],
    ["y = Conv (x, w, v)", "its bias is computed", { inputs: "float[1,8,8,8] x, float[8] v" }],
    ["y = Gemm <beta = 0.0> (x, m, b)", "its bias is multiplied by zero", { inputs: "float[4,8] x" }],
    [
      "y = Gemm (x, m, c)",
      "its bias is not one number a channel",
      { inputs: "float[4,8] x", constants: ", float[4,1] c = random(7)" },
    ],
    [
      "y = Conv (x, h)",
      "its values are float16, not float32",
      { inputs: "float16[1,8,8,8] x", constants: ", float16[8,8,3,3] h = random(6)" },
    ],
    [
      "y = Conv (x, h)",
      "its values are float64, not float32",
      { inputs: "double[1,8,8,8] x", constants: ", double[8,8,3,3] h = random(6)" },
    ],
    ["y = ConvTranspose (x, w)", "cpu-x64-vnni has no integer kernel for ConvTranspose", {}],
    [
      "e = Conv (x, w)\n y = Tile (w, r)",
      'its weight is also read as float by Tile "y"',
      { constants: ", int64[4] r = {1, 1, 1, 1}", outputs: "float[] y, float[] e" },
    ],
  ] satisfies readonly [string, string, Given][])("stay float: %s (%s)", (body, reason, given) => {
    const [first] = placed(body, given).decisions.values();
    expect([first?.kind, first?.reason]).toEqual(["float", reason]);
  });

  it("stay float where the caller says so, with the reason given", () => {
    const options: PlacementOptions = { keepFloat: ({ name }) => (name === "keep" ? "not selected" : undefined) };
    const { placed: found, reasons } = placed(`a = Conv ${same} (x, w)\n ["keep"] y = Conv (a, w)`, { options });
    expect(found).toEqual(["a float", "y float"]);
    expect(reasons.get("y")).toBe("not selected");
    expect(reasons.get("a")).toBe('its weight is also read as float by Conv "keep"');
  });

  it("MatMul and Gemm give floats where nothing integer reads them", () => {
    const inputs = "float[4,8] x";
    expect(placed("a = MatMul (x, m)\n y = Tanh (a)", { inputs }).placed).toEqual([
      "a MatMulIntegerToFloat",
      "y float",
    ]);
    const chain = placed("a = Gemm (x, m, b)\n r = Relu (a)\n y = Gemm (r, m)", { inputs });
    expect(chain.placed).toEqual(["a QGemm", "r moved", "y QGemm"]);
    expect(chain.grids).toEqual(["x", "r"]);
    expect(chain.reasons.get("y")).toBe("codes in, floats out");
  });

  it("the factor of a Gemm's bias is kept for the writer", () => {
    const { biases } = placed("y = Gemm <beta = 0.5> (x, m, b)", { inputs: "float[4,8] x" });
    expect(biases[0]!.factor).toBe(0.5);
  });
});

describe("Relu and Clip", () => {
  it("go into the grid of what they read, which ends where they cut", () => {
    const { placed: found, folded, activations } = placed(`a = Conv ${same} (x, w)\n r = Relu (a)\n y = Conv (r, w)`);
    expect(found).toEqual(["a QLinearConv", "r moved", "y QLinearConv"]);
    expect(folded.map(({ type }) => type)).toEqual(["Relu"]);
    expect(activations.map(({ values, limits }) => [values[0]!.name, limits])).toEqual([
      ["x", undefined],
      ["r", { min: 0, max: Number.MAX_VALUE }],
      ["y", undefined],
    ]);
  });

  it("Clip 0 to 6 too, but not a Clip that leaves zero out", () => {
    const constants = ", float zero = {0}, float six = {6}, float one = {1}";
    const relu6 = placed("a = Conv (x, w)\n y = Clip (a, zero, six)", { constants });
    expect(relu6.activations[1]!.limits).toEqual({ min: 0, max: 6 });
    const above = placed("a = Conv (x, w)\n y = Clip (a, one, six)", { constants });
    expect(above.placed).toEqual(["a QLinearConv", "y float"]);
  });

  it("through a pool that shares the grid", () => {
    const { folded, grids } = placed(
      `a = Conv ${same} (x, w)\n p = MaxPool <kernel_shape = [2, 2]> (a)\n r = Relu (p)\n y = Conv (r, w)`,
    );
    expect(folded.map(({ type }) => type)).toEqual(["Relu"]);
    expect(grids).toEqual(["x", "a = r", "y"]);
  });

  it("stay where something else reads what they read", () => {
    const { placed: found } = placed(
      `a = Conv ${same} (x, w)\n r = Relu (a)\n c = Conv ${same} (r, w)\n y = Add (a, c)`,
    );
    expect(found.slice(0, 3)).toEqual(["a QLinearConv", "r float", "c QLinearConv"]);
  });

  it("symmetric grids do not cut: the runtime then leaves both in float, and so do we", () => {
    const options: PlacementOptions = { activation: { type: "int8", symmetric: true } };
    const { placed: found, reasons } = placed(`a = Conv ${same} (x, w)\n r = Relu (a)\n y = Tanh (r)`, { options });
    expect(found).toEqual(["a float", "r float", "y float"]);
    expect(reasons.get("a")).toMatch(/fits no grid/);
  });
});

describe("what lies around", () => {
  it("moves share one grid and carry codes", () => {
    const {
      placed: found,
      grids,
      activations,
    } = placed(
      `a = Conv ${same} (x, w)\n p = MaxPool <kernel_shape = [2, 2]> (a)\n t = Transpose <perm = [0, 1, 3, 2]> (p)\n y = Conv (t, w)`,
    );
    expect(found).toEqual(["a QLinearConv", "p moved", "t moved", "y QLinearConv"]);
    expect(grids).toEqual(["x", "a = p = t", "y"]);
    expect(activations[1]!.observe.map(({ name }) => name)).toEqual(["a"]);
  });

  it("Split gives all its results the grid of its data", () => {
    const constants = ", int64[2] halves = {4, 4}, float[8,4,3,3] w4 = random(9)";
    const { grids, placed: found } = placed(
      `a = Conv ${same} (x, w)\n s, t = Split <axis = 1> (a, halves)\n u = Conv (s, w4)\n v = Conv (t, w4)\n y = Add (u, v)`,
      { constants },
    );
    expect(found[1]).toBe("s moved");
    expect(grids[1]).toBe("a = s = t");
  });

  it("a move in front of compute nodes takes codes in", () => {
    const { placed: found, grids } = placed("t = Transpose <perm = [0, 1, 3, 2]> (x)\n y = Conv (t, w)");
    expect(found).toEqual(["t moved", "y QLinearConv"]);
    expect(grids).toEqual(["x = t", "y"]);
  });

  it("a residual Add is integer with a grid of its own, its Relu inside", () => {
    const { placed: found, grids } = placed(
      `a = Conv ${same} (x, w)\n c = Conv ${same} (a, w)\n s = Add (a, c)\n r = Relu (s)\n y = Conv (r, w)`,
    );
    expect(found).toEqual(["a QLinearConv", "c QLinearConv", "s QLinearAdd", "r moved", "y QLinearConv"]);
    expect(grids).toEqual(["x", "a", "c", "r", "y"]);
  });

  it("pointwise nodes make no island, and the float stream of a transformer stays float", () => {
    const inputs = "float[4,8] x";
    expect(placed("a = Add (x, x)\n y = Tanh (a)", { inputs }).placed).toEqual(["a float", "y float"]);
    const { placed: found } = placed("h = MatMul (x, m)\n s = Add (x, h)\n k = MatMul (s, m)\n y = Add (s, k)", {
      inputs,
    });
    expect(found).toEqual(["h MatMulIntegerToFloat", "s float", "k MatMulIntegerToFloat", "y float"]);
  });

  it("Concat has a grid of its own; constants are codes of the activations' type", () => {
    const constants = ", float[1,8,8,8] k = random(8), float[8,16,3,3] wide = random(9)";
    const {
      placed: found,
      grids,
      weights,
    } = placed(`a = Conv ${same} (x, w)\n j = Concat <axis = 1> (a, k)\n y = Conv (j, wide)`, { constants });
    expect(found[1]).toBe("j QLinearConcat");
    expect(grids).toEqual(["x", "a", "j", "y"]);
    expect(weights.map(({ value, spec }) => [value.name, spec.type, spec.axis])).toEqual([
      ["w", "int8", 0],
      ["k", "uint8", undefined],
      ["wide", "int8", 0],
    ]);
  });

  it("a global pool spares a conversion even where floats read it; Sigmoid's range is known", () => {
    const { placed: found } = placed("a = Conv (x, w)\n p = GlobalAveragePool (a)\n y = Tanh (p)");
    expect(found).toEqual(["a QLinearConv", "p QLinearGlobalAveragePool", "y float"]);
    const { activations } = placed(`a = Conv ${same} (x, w)\n s = Sigmoid (a)\n y = Conv (s, w)`);
    expect(activations[2]!.fixed).toEqual({ min: 0, max: 1 });
  });

  it("values that a subgraph reads count as read by floats", () => {
    const { placed: found } = placed(
      `a = Gemm (x, m)\n k = ReduceSum <keepdims = 0> (x)\n z = Cast <to = 9> (k)
       y = If <then_branch = graph t () => (float[] u) { u = Tanh (a) }, else_branch = graph e () => (float[] v) { v = Sigmoid (a) }> (z)`,
      { inputs: "float[4,8] x" },
    );
    expect(found[0]).toBe("a QGemm");
  });
});

describe("fragile patterns", () => {
  const attention = "t = Transpose (x)\n s = MatMul (x, t)\n p = Softmax (s)\n y = MatMul (p, x)";

  it("attention: products of two activations and Softmax", () => {
    const { placed: found, reasons } = placed(attention, { inputs: "float[4,8] x" });
    expect(found).toEqual(["t float", "s float", "p float", "y float"]);
    expect(reasons.get("s")).toMatch(/attention/);
    const bold = placed(attention, { inputs: "float[4,8] x", options: { protect: false } });
    expect(bold.placed).toEqual(["t moved", "s MatMulIntegerToFloat", "p float", "y MatMulIntegerToFloat"]);
  });

  it("squeeze and excite: the gate's layers stay float, what they scale stays codes", () => {
    const constants = ", float[4,8,1,1] w1 = random(5), float[8,4,1,1] w2 = random(6)";
    const body = `a = Conv ${same} (x, w)\n g = GlobalAveragePool (a)\n c = Conv (g, w1)\n r = Relu (c)\n d = Conv (r, w2)\n s = Sigmoid (d)\n e = Mul (a, s)\n y = Conv (e, w)`;
    const { placed: found, reasons } = placed(body, { constants });
    expect(found).toEqual([
      ..."a QLinearConv,g QLinearGlobalAveragePool,c float,r float,d float,s float,e QLinearMul".split(","),
      "y QLinearConv",
    ]);
    expect(reasons.get("d")).toMatch(/squeeze-and-excite/);
    expect(placed(body.replaceAll("float[1,", "float[N,"), { constants, inputs: "float[N,8,h,v] x" }).placed).toEqual(
      found,
    );
  });

  it("hard-swish, whole or in pieces", () => {
    const { reasons } = placed(`a = Conv ${same} (x, w)\n h = HardSigmoid (a)\n s = Mul (a, h)\n y = Conv (s, w)`);
    expect(reasons.get("s")).toMatch(/hard-swish/);
  });

  it("heads that join boxes and scores", () => {
    const { placed: found, reasons } = placed(
      "a = Conv (x, w)\n c = Conv (x, w)\n j = Concat <axis = 1> (a, c)\n y = Transpose (j)",
    );
    expect(found).toEqual(["a QLinearConv", "c QLinearConv", "j float", "y float"]);
    expect(reasons.get("j")).toMatch(/boxes and scores/);
  });

  it.each([
    [
      "layer",
      "u = ReduceMean (x)\n c = Sub (x, u)\n q = Pow (c, two)\n v = ReduceMean (q)\n e = Add (v, tiny)\n r = Sqrt (e)\n d = Div (c, r)\n g = Mul (d, gain)\n y = Add (g, gain)",
    ],
    [
      "RMS",
      "q = Mul (x, x)\n v = ReduceMean (q)\n r = Sqrt (v)\n i = Reciprocal (r)\n d = Mul (x, i)\n y = Mul (gain, d)",
    ],
  ])("%s normalization in pieces, even where the target has kernels for each", (_, body) => {
    const kernels = "ReduceMean Sub Pow Mul Add Sqrt Div Reciprocal".split(" ");
    const operators = Object.fromEntries(kernels.map((kernel) => [`onnx.${kernel}`, { kind: "pointwise", kernel }]));
    const given: Given = {
      inputs: "float[4,8] x",
      constants: ", float two = {2}, float[8] gain = random(5), float tiny = {0.00001}",
      target: targetSchema.parse({ ...cpuX64Vnni, operators }),
    };
    const reasons = new Set(placed(body, given).reasons.values());
    expect(reasons).toEqual(new Set(["layer or RMS normalization: kept in float"]));
    const other = placed("q = Mul (x, two)\n v = ReduceMean (q)\n y = Sqrt (v)", given);
    expect(new Set(other.reasons.values())).toEqual(new Set(["its neighbours are float"]));
  });

  it("first and last layers where that is asked for, with others between and beside them", () => {
    const body = `t = Transpose <perm = [0, 1, 3, 2]> (x)\n a = Conv ${same} (t, w)\n c = Conv ${same} (a, w2)\n d = Conv (c, w)\n e = Conv (c, w)\n y = Add (d, e)`;
    const constants = ", float[8,8,3,3] w2 = random(5)";
    const bold = placed(body, { constants });
    expect(bold.ends.first.map(({ outputs }) => outputs[0]!.name)).toEqual(["a"]);
    expect(bold.ends.last.map(({ outputs }) => outputs[0]!.name)).toEqual(["d", "e"]);
    expect(bold.placed[1]).toBe("a QLinearConv");
    const { placed: found, reasons } = placed(body, { constants, options: { ends: "float" } });
    expect(found).toEqual(["t float", "a float", "c QLinearConv", "d float", "e float", "y float"]);
    expect([reasons.get("a"), reasons.get("d")]).toEqual(["first layer: kept in float", "last layer: kept in float"]);
  });

  it("a layer without a kernel is the last one, too", () => {
    const constants = ", float[8,8,3,3] w2 = random(5)";
    const { ends } = placed("a = Conv (x, w)\n t = ConvTranspose (a, w2)\n y = Tanh (t)", { constants });
    expect(ends.last.map(({ outputs }) => outputs[0]!.name)).toEqual(["t"]);
  });

  it("what an embedding gives is no input: the layer that reads it is not the first", () => {
    const { ends } = placed("e = Gather (m, i)\n y = MatMul (e, n)", {
      inputs: "int64[4] i",
      constants: ", float[8,8] n = random(5)",
    });
    expect(ends.first).toEqual([]);
    expect(ends.last.map(({ outputs }) => outputs[0]!.name)).toEqual(["y"]);
  });

  it("embeddings, and depthwise weights where one scale a tensor is asked for", () => {
    const table = placed("e = Gather (m, i)\n y = MatMul (e, n)", {
      inputs: "int64[4] i",
      constants: ", float[8,8] n = random(5)",
    });
    expect(table.reasons.get("e")).toMatch(/embedding/);
    const options: PlacementOptions = { weight: { granularity: "tensor" } };
    const { weights } = placed(`a = Conv ${depthwise} (x, dw)\n y = Conv (a, w)`, { options });
    expect(weights.map(({ spec }) => spec.axis)).toEqual([0, undefined]);
  });
});

describe("groups", () => {
  it("an integer node, its clip and the moves behind it go back to float together", () => {
    const { groups } = placed(
      `t = Transpose <perm = [0, 1, 3, 2]> (x)\n a = Conv ${same} (t, w)\n r = Relu (a)\n p = MaxPool <kernel_shape = [2, 2]> (r)\n y = Conv (p, w)`,
    );
    expect(Object.fromEntries(groups)).toEqual({ t: 1, a: 1, r: 1, p: 1, y: 2 });
  });
});

describe("targets", () => {
  it("TensorRT: inputs are quantized, outputs are not; of a residual Add the shorter branch", () => {
    const constants = ", float[16,16,3,3] v = random(5), float[16,16,3,3] u = random(6), float[16] c = random(7)";
    const {
      placed: found,
      grids,
      biases,
      weights,
    } = placed(
      `a = Conv ${same} (x, v, c)\n r = Relu (a)\n d = Conv ${same} (r, u, c)\n s = Add (d, r)\n q = Relu (s)\n y = Conv (q, v)`,
      { constants, inputs: "float[1,16,8,8] x", target: tensorrt },
    );
    expect(found).toEqual(["a Conv", "r float", "d Conv", "s Add", "q float", "y Conv"]);
    expect(grids).toEqual(["x", "r", "q"]);
    expect(biases).toEqual([]);
    expect(weights.map(({ spec }) => spec.axis)).toEqual([0, 0]);
  });

  it("TensorRT: few channels stay float", () => {
    const { reasons } = placed("y = Conv (x, w)", { target: tensorrt });
    expect(reasons.get("y")).toBe("it has fewer than 16 channels");
  });

  it("integer-only: everything, inputs and outputs too", () => {
    const { placed: found, grids } = placed(
      `a = Conv ${same} (x, w, b)\n r = Relu (a)\n p = GlobalAveragePool (r)\n f = Flatten (p)\n g = Gemm (f, m)\n y = Softmax (g)`,
      { target: integerOnly },
    );
    expect(found.every((each) => !each.endsWith("float"))).toBe(true);
    expect(grids).toEqual(["x", "r = p = f", "g", "y"]);
  });

  it("integer-only: a clip before a Concat with one grid keeps its own work", () => {
    const { folded, grids } = placed(
      `a = Conv ${same} (x, w)\n r = Relu (a)\n c = Conv ${same} (x, w)\n y = Concat <axis = 1> (r, c)`,
      { target: integerOnly },
    );
    expect(folded).toEqual([]);
    expect(grids).toEqual(["x", "a", "r = c = y"]);
  });
});
