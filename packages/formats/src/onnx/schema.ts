/**
 * Every message and field of onnx.proto as of IR version 14 (onnx 1.23), in the order of that file.
 * The one place where field numbers stand.
 */

/** Encodings of one value. "int32", "int64", "uint64" are varints; "string" is text, "bytes" is anything. */
export type ScalarKind = "int32" | "int64" | "uint64" | "float" | "double" | "string" | "bytes";

export interface FieldSpec {
  readonly id: number;
  readonly kind: ScalarKind | MessageName;
  /** `packed`: repeated, and written as one run of values. */
  readonly repeat: "one" | "many" | "packed";
}

export type MessageName = keyof typeof schema;

const one = <Kind extends string>(id: number, kind: Kind) => ({ id, kind, repeat: "one" }) as const;
const many = <Kind extends string>(id: number, kind: Kind) => ({ id, kind, repeat: "many" }) as const;
const packed = <Kind extends string>(id: number, kind: Kind) => ({ id, kind, repeat: "packed" }) as const;

export const schema = {
  AttributeProto: {
    name: one(1, "string"),
    ref_attr_name: one(21, "string"),
    doc_string: one(13, "string"),
    type: one(20, "int32"),
    f: one(2, "float"),
    i: one(3, "int64"),
    s: one(4, "bytes"),
    t: one(5, "TensorProto"),
    g: one(6, "GraphProto"),
    sparse_tensor: one(22, "SparseTensorProto"),
    tp: one(14, "TypeProto"),
    floats: many(7, "float"),
    ints: many(8, "int64"),
    strings: many(9, "bytes"),
    tensors: many(10, "TensorProto"),
    graphs: many(11, "GraphProto"),
    sparse_tensors: many(23, "SparseTensorProto"),
    type_protos: many(15, "TypeProto"),
  },
  ValueInfoProto: {
    name: one(1, "string"),
    type: one(2, "TypeProto"),
    doc_string: one(3, "string"),
    metadata_props: many(4, "StringStringEntryProto"),
  },
  NodeProto: {
    input: many(1, "string"),
    output: many(2, "string"),
    name: one(3, "string"),
    op_type: one(4, "string"),
    domain: one(7, "string"),
    overload: one(8, "string"),
    attribute: many(5, "AttributeProto"),
    doc_string: one(6, "string"),
    metadata_props: many(9, "StringStringEntryProto"),
    device_configurations: many(10, "NodeDeviceConfigurationProto"),
  },
  IntIntListEntryProto: { key: one(1, "int64"), value: many(2, "int64") },
  NodeDeviceConfigurationProto: {
    configuration_id: one(1, "string"),
    sharding_spec: many(2, "ShardingSpecProto"),
    pipeline_stage: one(3, "int32"),
  },
  ShardingSpecProto: {
    tensor_name: one(1, "string"),
    device: many(2, "int64"),
    index_to_device_group_map: many(3, "IntIntListEntryProto"),
    sharded_dim: many(4, "ShardedDimProto"),
  },
  ShardedDimProto: { axis: one(1, "int64"), simple_sharding: many(2, "SimpleShardedDimProto") },
  SimpleShardedDimProto: { dim_value: one(1, "int64"), dim_param: one(2, "string"), num_shards: one(3, "int64") },
  TrainingInfoProto: {
    initialization: one(1, "GraphProto"),
    algorithm: one(2, "GraphProto"),
    initialization_binding: many(3, "StringStringEntryProto"),
    update_binding: many(4, "StringStringEntryProto"),
  },
  ModelProto: {
    ir_version: one(1, "int64"),
    opset_import: many(8, "OperatorSetIdProto"),
    producer_name: one(2, "string"),
    producer_version: one(3, "string"),
    domain: one(4, "string"),
    model_version: one(5, "int64"),
    doc_string: one(6, "string"),
    graph: one(7, "GraphProto"),
    metadata_props: many(14, "StringStringEntryProto"),
    training_info: many(20, "TrainingInfoProto"),
    functions: many(25, "FunctionProto"),
    configuration: many(26, "DeviceConfigurationProto"),
  },
  DeviceConfigurationProto: { name: one(1, "string"), num_devices: one(2, "int32"), device: many(3, "string") },
  StringStringEntryProto: { key: one(1, "string"), value: one(2, "string") },
  TensorAnnotation: {
    tensor_name: one(1, "string"),
    quant_parameter_tensor_names: many(2, "StringStringEntryProto"),
  },
  GraphProto: {
    node: many(1, "NodeProto"),
    name: one(2, "string"),
    initializer: many(5, "TensorProto"),
    sparse_initializer: many(15, "SparseTensorProto"),
    doc_string: one(10, "string"),
    input: many(11, "ValueInfoProto"),
    output: many(12, "ValueInfoProto"),
    value_info: many(13, "ValueInfoProto"),
    quantization_annotation: many(14, "TensorAnnotation"),
    metadata_props: many(16, "StringStringEntryProto"),
  },
  TensorProto: {
    dims: many(1, "int64"),
    data_type: one(2, "int32"),
    segment: one(3, "Segment"),
    float_data: packed(4, "float"),
    int32_data: packed(5, "int32"),
    string_data: many(6, "bytes"),
    int64_data: packed(7, "int64"),
    name: one(8, "string"),
    doc_string: one(12, "string"),
    raw_data: one(9, "bytes"),
    external_data: many(13, "StringStringEntryProto"),
    data_location: one(14, "int32"),
    double_data: packed(10, "double"),
    uint64_data: packed(11, "uint64"),
    metadata_props: many(16, "StringStringEntryProto"),
  },
  Segment: { begin: one(1, "int64"), end: one(2, "int64") },
  SparseTensorProto: { values: one(1, "TensorProto"), indices: one(2, "TensorProto"), dims: many(3, "int64") },
  TensorShapeProto: { dim: many(1, "Dimension") },
  Dimension: { dim_value: one(1, "int64"), dim_param: one(2, "string"), denotation: one(3, "string") },
  TypeProto: {
    tensor_type: one(1, "TypeProto.Tensor"),
    sequence_type: one(4, "TypeProto.Sequence"),
    map_type: one(5, "TypeProto.Map"),
    optional_type: one(9, "TypeProto.Optional"),
    sparse_tensor_type: one(8, "TypeProto.SparseTensor"),
    opaque_type: one(7, "TypeProto.Opaque"),
    denotation: one(6, "string"),
  },
  "TypeProto.Tensor": { elem_type: one(1, "int32"), shape: one(2, "TensorShapeProto") },
  "TypeProto.Sequence": { elem_type: one(1, "TypeProto") },
  "TypeProto.Map": { key_type: one(1, "int32"), value_type: one(2, "TypeProto") },
  "TypeProto.Optional": { elem_type: one(1, "TypeProto") },
  "TypeProto.SparseTensor": { elem_type: one(1, "int32"), shape: one(2, "TensorShapeProto") },
  "TypeProto.Opaque": { domain: one(1, "string"), name: one(2, "string") },
  OperatorSetIdProto: { domain: one(1, "string"), version: one(2, "int64") },
  FunctionProto: {
    name: one(1, "string"),
    input: many(4, "string"),
    output: many(5, "string"),
    attribute: many(6, "string"),
    attribute_proto: many(11, "AttributeProto"),
    node: many(7, "NodeProto"),
    doc_string: one(8, "string"),
    opset_import: many(9, "OperatorSetIdProto"),
    domain: one(10, "string"),
    overload: one(13, "string"),
    value_info: many(12, "ValueInfoProto"),
    metadata_props: many(14, "StringStringEntryProto"),
  },
} as const;

const scalarWires = { int32: 0, int64: 0, uint64: 0, float: 5, double: 1, string: 2, bytes: 2 } as const;

export function isScalarKind(kind: string): kind is ScalarKind {
  return Object.hasOwn(scalarWires, kind);
}

/** The wire type of one value: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
export function wireType(spec: FieldSpec): 0 | 1 | 2 | 5 {
  return isScalarKind(spec.kind) ? scalarWires[spec.kind] : 2;
}

const byId = new Map(
  Object.entries(schema).map(([name, fields]) => [
    name,
    new Map(
      Object.entries(fields).map(([field, spec]): [number, FieldSpec & { name: string }] => [
        spec.id,
        { ...(spec as FieldSpec), name: field },
      ]),
    ),
  ]),
);

export function fieldById(message: MessageName, id: number): (FieldSpec & { readonly name: string }) | undefined {
  return byId.get(message)?.get(id);
}
