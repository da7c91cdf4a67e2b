import { PareError } from "@pare/error";
import type { Refusal } from "./protocol.ts";

const reinstall =
  "Install it with `ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node`: that leaves out the CUDA libraries, whose download is what usually fails; the CPU and WebGPU parts are in the package itself. (`ignore-scripts=true` in .npmrc does the same.)";

/** Why the runtime did not load in its process, and how to install it. */
export function runtimeMissingError({ code, message }: Refusal): PareError {
  const firstLine = message.split("\n")[0] ?? "";
  const fault = { code: "ENGINE_START", kind: "failure" as const };
  const binding = firstLine.includes(".node");
  if (code === "ERR_MODULE_NOT_FOUND" || (code === "MODULE_NOT_FOUND" && !binding))
    return new PareError({ ...fault, problem: "onnxruntime-node is not installed", got: firstLine, next: reinstall });
  if (code === "MODULE_NOT_FOUND")
    return new PareError({
      ...fault,
      problem: `onnxruntime-node has no native library for ${process.platform} on ${process.arch}`,
      next: `It ships them for x64 and arm64 Linux and Windows and for arm64 macOS. If this is one of these, the installation is incomplete. ${reinstall}`,
    });
  if (code === "ERR_DLOPEN_FAILED")
    return new PareError({
      ...fault,
      problem: "onnxruntime-node's native library does not load",
      got: firstLine,
      next: "It needs glibc 2.28 or later (Alpine's musl does not serve) and a complete installation of the package.",
    });
  return new PareError({ ...fault, problem: "ONNX Runtime does not load", got: firstLine, next: reinstall });
}
