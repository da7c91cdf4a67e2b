/**
 * libjpeg-turbo, compiled to WebAssembly (@cwasm/jpeg-turbo), called through its TurboJPEG interface: the same pixels as
 * libjpeg-turbo elsewhere, to the last bit, in some 40 µs for a 32 × 32 image where a native library takes 500 µs a call.
 *
 * A fault leaves the decoder's memory as it was at that moment, so the next image gets a fresh instance.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Pixels } from "./pixels.ts";

const require = createRequire(import.meta.url);

declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: Readonly<Record<string, Readonly<Record<string, () => number>>>>,
  ) => { readonly exports: TurboJpeg };
};

interface TurboJpeg {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  /** Handle, data and its size; then where to write width, height, subsampling and colour space. */
  tjDecompressHeader3(...pointers: readonly number[]): number;
  /** Handle, data and its size, where to write, width, pitch, height, pixel format, flags. */
  tjDecompress2(...values: readonly number[]): number;
}

const formatRgb = 0;
/** CMYK and YCCK are the colour spaces from here on. */
const firstCmyk = 3;

export interface JpegDecoder {
  /**
   * Red green blue; undefined where another decoder has to look: CMYK, or something that libjpeg-turbo warns of.
   * @throws Error where the image is damaged
   */
  decode(data: Uint8Array): Pixels | undefined;
}

export function createJpegDecoder(): JpegDecoder {
  const code = new WebAssembly.Module(readFileSync(require.resolve("@cwasm/jpeg-turbo/jpeg-turbo.wasm")));
  let started: Started | undefined;
  return {
    decode(data) {
      started ??= start(code);
      try {
        return decodeWith(started, data);
      } catch (error) {
        started = undefined;
        throw error;
      }
    },
  };
}

interface Started {
  readonly turbo: TurboJpeg;
  readonly handle: number;
  /** Four 32-bit numbers. */
  readonly facts: number;
}

function start(code: object): Started {
  const stop = () => {
    throw new Error("the image is damaged");
  };
  const { exports: turbo } = new WebAssembly.Instance(code, {
    env: { setjmp: () => 0, longjmp: stop },
    wasi_snapshot_preview1: {
      proc_exit: stop,
      environ_sizes_get: () => 0,
      environ_get: stop,
      fd_close: stop,
      fd_seek: stop,
      fd_write: stop,
    },
  });
  return { turbo, handle: turbo.tjInitDecompress(), facts: turbo.malloc(16) };
}

function decodeWith({ turbo, handle, facts }: Started, data: Uint8Array): Pixels | undefined {
  const input = copyIn(turbo, data);
  if (turbo.tjDecompressHeader3(handle, input, data.length, facts, facts + 4, facts + 8, facts + 12) !== 0)
    throw new Error("the image's header is damaged");
  const [width, height, , colourSpace] = new Uint32Array(turbo.memory.buffer, facts, 4) as unknown as Facts;
  if (colourSpace >= firstCmyk) return release(turbo, input);
  const size = width * height * 3;
  const output = turbo.malloc(size);
  if (output === 0) return release(turbo, input);
  const status = turbo.tjDecompress2(handle, input, data.length, output, width, width * 3, height, formatRgb, 0);
  const pixels = new Uint8Array(turbo.memory.buffer, output, size).slice();
  release(turbo, input, output);
  return status === 0 ? { height, width, channels: 3, data: pixels } : undefined;
}

type Facts = readonly [width: number, height: number, subsampling: number, colourSpace: number];

function copyIn(turbo: TurboJpeg, data: Uint8Array): number {
  const pointer = turbo.malloc(data.length);
  if (pointer === 0) throw new Error(`there is no memory for ${data.length} bytes`);
  new Uint8Array(turbo.memory.buffer, pointer, data.length).set(data);
  return pointer;
}

function release(turbo: TurboJpeg, ...pointers: readonly number[]): undefined {
  for (const pointer of pointers) turbo.free(pointer);
}
