import type { Fault } from "@pare/error";
import type { Device } from "@pare/pass";
import { cleanMessage } from "./native-message.ts";

/** Why a device does not load, and what to do. Undefined where the message is about the model, not the device. */
export function providerFault(
  device: Device,
  message: string,
  native: readonly string[],
): Omit<Fault, "code" | "kind"> | undefined {
  if (/no available backend found/.test(message))
    return { at: `device ${device}`, problem: absentReasons[device] ?? "this build of ONNX Runtime does not have it" };
  const isLoading = device !== "cpu" && loadFailure.test(message);
  if (!isLoading) return undefined;
  const library = missingLibrary([message, ...native].join("\n"));
  if (library !== undefined) return { at: `device ${device}`, ...libraryFault(library) };
  const problem = cleanMessage(message);
  return { at: `device ${device}`, problem, ...(advice[device] !== undefined && { next: advice[device] }) };
}

const loadFailure =
  /Failed to load shared library|Failed to load library|WebGPU adapter|WebGPU device|CUDA failure|CUDA error|cuda.*(driver|device)|CUDNN|cudaErr|cuInit|TensorRT.*(load|init)|DML|D3D12|CoreML.*not/i;

const absentReasons: Partial<Record<Device, string>> = {
  webgpu: "this build of ONNX Runtime has no WebGPU: it is there for x64 Linux, Windows and macOS",
  cuda: "this build of ONNX Runtime has no CUDA: it is there for x64 Linux",
  tensorrt: "this build of ONNX Runtime has no TensorRT: it is there for x64 Linux",
  coreml: "CoreML is part of macOS",
  dml: "DirectML is part of Windows",
};

const advice: Partial<Record<Device, string>> = {
  webgpu: "It needs a graphics driver with Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS).",
  cuda: "`nvidia-smi` must list the GPU; CUDA 12 and cuDNN 9 must be installed.",
  tensorrt: "`nvidia-smi` must list the GPU; CUDA 12, cuDNN 9 and TensorRT 10 must be installed.",
};

/** The library that the loader did not find: of several messages the last one names the root. */
function missingLibrary(text: string): string | undefined {
  const named = [...text.matchAll(/([\w.+-]+\.(?:so|dylib|dll)[\w.]*): cannot open shared object file/g)];
  return named.at(-1)?.[1];
}

const libraries: readonly (readonly [RegExp, string])[] = [
  [
    /^libonnxruntime_providers_/,
    "The package's install script fetches it: `ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js`.",
  ],
  [
    /^lib(cudart|cublas|cublasLt|cufft|curand|nvrtc|nvJitLink)/,
    "Install CUDA 12 and let the loader find it (LD_LIBRARY_PATH).",
  ],
  [/^libcudnn/, "Install cuDNN 9 for CUDA 12 and let the loader find it (LD_LIBRARY_PATH)."],
  [/^libnv(infer|onnxparser)/, "Install TensorRT 10 and let the loader find it (LD_LIBRARY_PATH)."],
  [/^libcuda\./, "Install the NVIDIA driver."],
  [/^libvulkan/, "Install the Vulkan loader (Debian and Ubuntu: libvulkan1) and the GPU's Vulkan driver."],
];

function libraryFault(library: string): { problem: string; next: string } {
  const known = libraries.find(([pattern]) => pattern.test(library));
  return {
    problem: `the library ${library} is missing`,
    next: known?.[1] ?? "Install it and let the loader find it (LD_LIBRARY_PATH).",
  };
}
