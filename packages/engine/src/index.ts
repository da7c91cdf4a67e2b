export { createOnnxRuntimeEngine, type OnnxRuntimeEngine, type OnnxRuntimeOptions } from "./onnxruntime/engine.ts";
