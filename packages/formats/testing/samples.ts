import { encodeMessage, type MessageObject, packed, unpacked } from "../src/onnx/encode-message.ts";

/** Small model files, one for each habit of exporters and each corner of the format. */

const raw = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const unknown = Uint8Array.of(0xc2, 0x3e, 2, 7, 8); // field 1000: two bytes
const group = Uint8Array.of(0xc3, 0x3e, 0x08, 5, 0xc4, 0x3e); // group 1000 with field 1
const props = (...pairs: [string, string][]) => pairs.map(([key, value]) => ({ key, value }));

export const tensorType = (elem: number, ...dims: (number | string | undefined)[]): MessageObject => ({
  tensor_type: {
    elem_type: elem,
    shape: {
      dim: dims.map((d) => (typeof d === "number" ? { dim_value: d } : d === undefined ? {} : { dim_param: d })),
    },
  },
});

export const info = (name: string, type: MessageObject = tensorType(1, "batch", 2)): MessageObject => ({ name, type });

export const weight = (name: string, ...values: number[]): MessageObject => ({
  dims: [values.length],
  data_type: 1,
  name,
  raw_data: raw(...values),
});

const add = (name: string, a: string, b: string, out: string): MessageObject => ({
  input: [a, b],
  output: [out],
  name: name === "" ? undefined : name,
  op_type: "Add",
});

const model = (graph: MessageObject, more: MessageObject = {}): MessageObject => ({
  ir_version: 8,
  producer_name: "samples",
  graph,
  opset_import: [{ domain: "", version: 17 }],
  ...more,
});

/** x + w + v, the simplest file. */
const plain = model({
  node: [add("first", "x", "w", "h"), add("second", "h", "v", "y")],
  name: "plain",
  initializer: [weight("w", 1, 2), weight("v", 3, 4)],
  input: [info("x")],
  output: [info("y")],
  value_info: [info("h")],
});

/** IR version 3: initializers are inputs as well, data in float_data, no opset for a name of its own. */
const old = model(
  {
    node: [add("", "x", "w", "y")],
    name: "old",
    initializer: [{ dims: unpacked([2]), data_type: 1, float_data: [1, 2], name: "w" }],
    input: [info("x", tensorType(1, 1, 2)), info("w", tensorType(1, 2))],
    output: [info("y", tensorType(1, 1, 2))],
  },
  { ir_version: 3 },
);

/** Every message and every field that this program models or carries, and unknown ones at each level. */
const everything: MessageObject = {
  ir_version: 13,
  opset_import: [
    { domain: "", version: 20, unknown },
    { domain: "ai.onnx", version: 21 },
    { domain: "local", version: 1 },
  ],
  producer_name: "samples",
  producer_version: "1.0",
  domain: "test",
  model_version: -3n,
  doc_string: "all of it",
  graph: {
    doc_string: "the main graph",
    input: [
      { ...info("x", { ...tensorType(1, "batch size", 2), denotation: "IMAGE" }), doc_string: "input" },
      info("seq", { sequence_type: { elem_type: tensorType(7) } }),
      info("map", { map_type: { key_type: 8, value_type: tensorType(1) } }),
      info("opt", { optional_type: { elem_type: tensorType(1, 3) } }),
      info("opaque", { opaque_type: { domain: "d", name: "n" } }),
      info("sparse", { sparse_tensor_type: { elem_type: 1, shape: { dim: [{ dim_value: 4 }] } } }),
      info("flag", tensorType(9)),
      { name: "untyped", metadata_props: props(["a", "b"]) },
    ],
    node: [
      { ...add("first", "x", "w", "h"), doc_string: "adds", metadata_props: props(["k", "v"]), unknown },
      {
        input: ["flag", ""],
        output: ["chosen"],
        op_type: "If",
        attribute: [
          {
            name: "then_branch",
            g: { node: [add("inner", "h", "v", "t")], name: "then", output: [info("t")] },
            type: 5,
          },
          {
            name: "else_branch",
            g: { node: [], name: "else", initializer: [weight("e", 5, 6)], output: [info("e")], unknown },
            type: 5,
          },
        ],
      },
      {
        input: ["chosen"],
        output: ["", "z"],
        name: "custom",
        op_type: "Many",
        domain: "local",
        overload: "two",
        attribute: [
          { name: "f", f: 0.1, type: 1, doc_string: "a float" },
          { name: "i", i: -5n, type: 2 },
          { name: "s", s: Uint8Array.of(255, 0, 1), type: 3 },
          { name: "t", t: weight("", 7), type: 4 },
          { name: "floats", floats: [1, 2], type: 6 },
          { name: "ints", ints: [-1n, 2n, 1n << 62n], type: 7 },
          { name: "packed", ints: packed([1, 300]), type: 7 },
          { name: "empty", type: 7 },
          { name: "strings", strings: ["a", "", "ß"], type: 8 },
          { name: "tensors", tensors: [weight("a", 1), weight("b", 2)], type: 9 },
          { name: "graphs", graphs: [{ node: [], name: "sub" }], type: 10 },
          {
            name: "sparse",
            sparse_tensor: { values: weight("", 1), indices: { dims: [1], data_type: 7, int64_data: [3] }, dims: [9] },
            type: 11,
          },
          { name: "tp", tp: tensorType(16, 1), type: 13 },
          { name: "tps", type_protos: [tensorType(1), { sequence_type: {} }], type: 14 },
        ],
        device_configurations: [
          {
            configuration_id: "two",
            sharding_spec: [
              {
                tensor_name: "chosen",
                device: [0, 1],
                index_to_device_group_map: [{ key: 0, value: [1, 2] }],
                sharded_dim: [{ axis: 0, simple_sharding: [{ dim_param: "batch size", num_shards: 2 }] }],
              },
            ],
            pipeline_stage: 1,
          },
        ],
      },
    ],
    name: "everything",
    initializer: [
      { ...weight("w", 1, 2), doc_string: "weights", metadata_props: props(["from", "training"]) },
      weight("v", 3, 4),
    ],
    sparse_initializer: [
      { values: weight("sw", 1), indices: { dims: [1], data_type: 7, int64_data: [2] }, dims: [4], unknown },
    ],
    output: [info("z"), info("sw", tensorType(1, 4))],
    value_info: [{ ...info("h"), doc_string: "hidden", metadata_props: props(["x", "y"]) }, info("nowhere")],
    quantization_annotation: [
      { tensor_name: "h", quant_parameter_tensor_names: props(["SCALE_TENSOR", "w"], ["ZERO_POINT_TENSOR", "v"]) },
      { tensor_name: "nowhere", quant_parameter_tensor_names: [] },
    ],
    metadata_props: props(["graph", "yes"]),
    unknown: group,
  },
  metadata_props: props(["author", "someone"], ["licence", "free"]),
  training_info: [
    {
      initialization: { node: [{ output: ["w0"], op_type: "RandomNormal" }], name: "init" },
      algorithm: { node: [add("step", "w", "v", "w2")], name: "algorithm" },
      initialization_binding: props(["w", "w0"]),
      update_binding: props(["w", "w2"]),
    },
  ],
  functions: [
    {
      name: "Many",
      input: ["a"],
      output: ["b", "c"],
      attribute: ["f"],
      attribute_proto: [{ name: "alpha", f: 0.5, type: 1 }],
      node: [
        {
          input: ["a"],
          output: ["b"],
          op_type: "LeakyRelu",
          attribute: [{ name: "alpha", ref_attr_name: "alpha", type: 1 }],
        },
        { input: ["b"], output: ["c"], op_type: "Identity" },
      ],
      doc_string: "a function",
      opset_import: [{ domain: "", version: 20 }],
      domain: "local",
      overload: "two",
      value_info: [info("b")],
      metadata_props: props(["fn", "1"]),
    },
  ],
  configuration: [{ name: "two", num_devices: 2, device: ["a", "b"] }],
  unknown,
};

/** The same file in parts: protobuf merges messages that stand several times. */
const inParts = model({ node: [add("", "x", "w", "y")], input: [info("x")] }, {});

const merged = (): Uint8Array =>
  Buffer.concat([
    encodeMessage("ModelProto", inParts),
    encodeMessage("ModelProto", { graph: { initializer: [weight("w", 1, 2)], output: [info("y")], name: "parts" } }),
  ]);

/** Graph inside graph inside graph. */
export function nestedIf(levels: number): Uint8Array {
  let inner: MessageObject = { node: [add("", "x", "x", `v${levels}`)], name: "leaf", output: [info(`v${levels}`)] };
  for (let level = levels - 1; level >= 0; level--) {
    const branches = ["then_branch", "else_branch"].map((name, i) => ({
      name,
      g: i === 0 ? inner : { node: [], name: "none", output: [info("x")] },
      type: 5,
    }));
    const node = { input: ["c"], output: [`v${level}`], op_type: "If", attribute: branches };
    inner = { node: [node], name: `level${level}`, output: [info(`v${level}`)] };
  }
  return encodeMessage("ModelProto", model({ ...inner, input: [info("x"), info("c", tensorType(9))] }));
}

const typed = model(
  {
    node: [{ input: ["ids"], output: ["y"], op_type: "Identity" }],
    name: "typed",
    initializer: [
      { dims: [3], data_type: 7, int64_data: [-1, 2, 3n << 40n], name: "ids" },
      { dims: [2, 2], data_type: 3, int32_data: unpacked([-1, 2, 3, -4]), name: "i8" },
      { dims: [2], data_type: 10, int32_data: [0x3c00, 0xc000], name: "half" },
      { dims: [2], data_type: 8, string_data: ["ab", Uint8Array.of(0xff)], name: "text" },
      { dims: [2], data_type: 11, double_data: [1.5, -2], name: "double" },
      { dims: [3], data_type: 21, int32_data: [0x21, 0x03], name: "nibbles" },
    ],
    output: [info("y", tensorType(7, 3))],
  },
  { ir_version: 10 },
);

export const samples = {
  plain: encodeMessage("ModelProto", plain),
  old: encodeMessage("ModelProto", old),
  everything: encodeMessage("ModelProto", everything),
  typed: encodeMessage("ModelProto", typed),
  inParts: merged(),
  nested: nestedIf(5),
} as const;

export const modelBytes = (graph: MessageObject, more: MessageObject = {}): Uint8Array =>
  encodeMessage("ModelProto", model(graph, more));
