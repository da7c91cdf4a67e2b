#!/usr/bin/env node
import { main } from "./main.ts";

const stop = new AbortController();

/** The first Ctrl-C lets the command leave a run that can be resumed; the second, or two seconds, ends it. */
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    const code = signal === "SIGINT" ? 130 : 143;
    if (stop.signal.aborted) process.exit(code);
    stop.abort(signal);
    setTimeout(() => process.exit(code), 2000).unref();
  });
}

/** `pare inspect … | head`: the reader has gone, and that is no fault. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

const code = await main(process.argv.slice(2), { out: process.stdout, err: process.stderr }, stop.signal);
for (const stream of [process.stdout, process.stderr]) await new Promise((resolve) => stream.write("", resolve));
// Taking the heap apart, as Node.js does when it ends by itself, takes longer than some commands.
process.exit(code);
