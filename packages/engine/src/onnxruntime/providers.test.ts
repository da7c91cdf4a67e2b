import { expect, test } from "vitest";
import { providerFault } from "./providers.ts";

test("a library of the provider itself is missing: the install script fetches it", () => {
  const native = [
    "2026 [E:onnxruntime:onnxruntime-node, provider_bridge_ort.cc:2146 Create] [ONNXRuntimeError] : 1 : FAIL : Failed to load library /x/libonnxruntime_providers_shared.so with error: /x/libonnxruntime_providers_shared.so: cannot open shared object file: No such file or directory",
  ];
  const fault = providerFault(
    "cuda",
    "OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library",
    native,
  );
  expect(fault?.problem).toBe("the library libonnxruntime_providers_shared.so is missing");
  expect(fault?.next).toContain("ONNXRUNTIME_NODE_INSTALL=cuda12");
});

test.each([
  ["libcudnn.so.9", "cuDNN 9"],
  ["libcublasLt.so.12", "CUDA 12"],
  ["libnvinfer.so.10", "TensorRT 10"],
  ["libvulkan.so.1", "libvulkan1"],
])("%s is missing: %s is what to install", (library, cure) => {
  const native = [`Failed to load: ${library}: cannot open shared object file: No such file or directory`];
  expect(providerFault("tensorrt", "Failed to load shared library", native)?.next).toContain(cure);
});

test("a device of another system", () => {
  expect(providerFault("coreml", "no available backend found. ERR: [coreml] backend not found.", [])?.problem).toBe(
    "CoreML is part of macOS",
  );
});

test("what is wrong with the model is not the device's fault", () => {
  expect(providerFault("cuda", "No Op registered for Foo with domain_version of 17", [])).toBeUndefined();
  expect(providerFault("cpu", "CUDA failure 35", [])).toBeUndefined();
});
