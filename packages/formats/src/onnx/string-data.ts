import { type ByteSource, checkRange, MemorySource } from "@pare/tensor";
import type { Run, WireReader } from "./wire.ts";

/** string_data as the bytes of a string tensor (see `stringTensor`), decoded on the first read. */
export class StringDataSource implements ByteSource {
  readonly size: number;
  readonly count: number;
  readonly runs: readonly Run[];
  readonly wire: WireReader;
  #decoded: MemorySource | undefined;

  constructor(wire: WireReader, runs: readonly Run[]) {
    this.wire = wire;
    this.runs = runs;
    this.count = runs.reduce((sum, run) => sum + run.count, 0);
    let size = 0;
    for (const { from, to } of this.#fields()) size += 4 + to - from;
    this.size = size;
  }

  read(offset: number, length: number): Uint8Array {
    checkRange(this, offset, length);
    this.#decoded ??= new MemorySource(this.#decode());
    return this.#decoded.read(offset, length);
  }

  #decode(): Uint8Array {
    const bytes = Buffer.allocUnsafeSlow(this.size);
    let offset = 0;
    for (const { from, to } of this.#fields()) {
      bytes.writeUInt32LE(to - from, offset);
      this.wire.copy({ from, to }, bytes, offset + 4);
      offset += 4 + to - from;
    }
    return bytes;
  }

  *#fields() {
    for (const run of this.runs) yield* this.wire.fields({ from: run.start, to: run.to });
  }
}
