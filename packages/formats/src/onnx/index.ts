export { encodeMessage, packed, unpacked } from "./encode-message.ts";
export { neededIrVersion, newestRunnableIrVersion, runtimeNotes } from "./ir-version.ts";
export { readModel, readModelFrom } from "./read-model.ts";
export { checkOutput, encodeModel, type WriteOptions, type WrittenModel, writeModel } from "./write.ts";
