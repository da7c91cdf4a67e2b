import { expect, test } from "vitest";
import { cleanMessage } from "./native-message.ts";

/** Texts as ONNX Runtime 1.30 gives them. */
test.each([
  [
    "/onnxruntime_src/onnxruntime/core/graph/model.cc:202 onnxruntime::Model::Model(onnx::ModelProto&&, const onnxruntime::PathString&, const onnxruntime::logging::Logger&) Unsupported model IR version: 14, max supported IR version: 13\n",
    "Unsupported model IR version: 14, max supported IR version: 13",
  ],
  [
    "/onnxruntime_src/onnxruntime/core/providers/cpu/tensor/reshape_helper.h:91 onnxruntime::ReshapeHelper::ReshapeHelper(const onnxruntime::TensorShape&, onnxruntime::TensorShapeVector&, bool) input_shape_size == requested_shape_size was false. The input tensor cannot be reshaped to the requested shape. Input shape:{3}, requested shape:{2,2}\n",
    "The input tensor cannot be reshaped to the requested shape. Input shape:{3}, requested shape:{2,2}",
  ],
  [
    "/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n",
    "Failed to get a WebGPU adapter: No supported adapters",
  ],
  [
    "Invalid rank for input: x Got: 2 Expected: 1 Please fix either the inputs/outputs or the model.",
    "Invalid rank for input: x Got: 2 Expected: 1",
  ],
  [
    "Load model from /tmp/x.onnx failed:Load model /tmp/x.onnx failed. File doesn't exist",
    "Load model /tmp/x.onnx failed. File doesn't exist",
  ],
  ["This is an invalid model. Error in Node:foo : No Op registered", "Error in Node:foo : No Op registered"],
  ["plain words", "plain words"],
])("%s", (text, cleaned) => {
  expect(cleanMessage(text)).toBe(cleaned);
});
