import { expect, test } from "vitest";
import { runtimeMissingError } from "./install.ts";

test.each([
  ["ERR_MODULE_NOT_FOUND", "Cannot find package 'onnxruntime-node' imported from /app/host.js", "is not installed"],
  [
    "MODULE_NOT_FOUND",
    "Cannot find module '../bin/napi-v6/sunos/x64/onnxruntime_binding.node'\nRequire stack:\n- /app",
    "has no native library for",
  ],
  ["ERR_DLOPEN_FAILED", "libonnxruntime.so.1: cannot open shared object file", "native library does not load"],
  [undefined, "something else", "ONNX Runtime does not load (got something else)"],
])("%s: %s", (code, message, text) => {
  const error = runtimeMissingError({ ok: false, message, ...(code !== undefined && { code }) });
  expect(error.fault.code).toBe("ENGINE_START");
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain(text);
  expect(error.message).not.toContain("Require stack");
});
