import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Garbage is collected after so many bytes of buffers. */
const collectedBytes = 4 * 1024 * 1024;

/** One collection in so many takes the old garbage too: what was in use during two collections has become old. */
const allEvery = 16;

/** Everything by default; with an option, whatever it says, V8 of Node 20 takes only what is young. */
type Collect = (options?: { readonly type: "minor" }) => void;

let collect: Collect | undefined;

/**
 * Told of every buffer that comes and is soon let go, it has V8 collect garbage whenever these are a few megabytes: the
 * collector by itself sees only the few bytes that stand for a buffer, and lets tens of megabytes lie about. A collection
 * of what is young takes about a millisecond.
 */
export function bufferCollector(): (sizeBytes: number) => void {
  let bytes = 0;
  let turn = 0;
  return (sizeBytes) => {
    bytes += sizeBytes;
    if (bytes < collectedBytes) return;
    bytes = 0;
    collect ??= findCollect();
    if (turn++ % allEvery === 3) collect();
    else collect({ type: "minor" });
  };
}

function findCollect(): Collect {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as Collect;
}
