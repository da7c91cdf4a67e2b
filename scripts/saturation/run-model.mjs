// Runs a model in ONNX Runtime on a batch from a file and prints its first output as base64 of float32. Bare JavaScript
// without WebAssembly, so that it also runs in an emulated processor (`node --jitless` has none).
// Usage: node run-model.mjs <model.onnx> <inputs.f32> <shape, with commas>
import { readFileSync } from "node:fs";
import { InferenceSession, Tensor } from "onnxruntime-node";

const [model, inputs, shape] = process.argv.slice(2);
const bytes = readFileSync(inputs);
const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
const feed = { [session.inputNames[0]]: new Tensor("float32", values, shape.split(",").map(Number)) };
const { data } = (await session.run(feed))[session.outputNames[0]];
console.log(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"));
