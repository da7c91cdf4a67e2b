/**
 * Requests that come by a schedule, one after another through one session.
 *
 * 1. Latency counts from the scheduled arrival, however late its run begins: a slow run is charged to all that wait for
 *    it (no coordinated omission).
 * 2. `all` wait in their order. `newest`: one may wait; one that comes while another waits takes its place.
 * 3. The clock is this process's own and stands between two turns; waiting sleeps until shortly before the time and then
 *    looks at the clock, so that a run begins within microseconds of an arrival that finds the session free.
 *
 * @param arrivalsUs ascending; the last one is not served: it only takes the place of what waits then
 * @returns microseconds from each arrival to the end of its run (NaN: missed), then what the clock shows
 */
export async function serveArrivals(
  run: () => Promise<void>,
  arrivalsUs: Float64Array,
  { clockUs, queue }: { readonly clockUs: number; readonly queue: "all" | "newest" },
): Promise<Float64Array> {
  const count = arrivalsUs.length - 1;
  const served = new Float64Array(count + 1);
  const startMs = performance.now() - clockUs / 1000;
  const nowUs = () => (performance.now() - startMs) * 1000;
  for (let i = 0; i < count; i++) {
    if (queue === "newest" && arrivalsUs[i + 1]! <= nowUs()) {
      served[i] = Number.NaN;
      continue;
    }
    waitUntil(startMs + arrivalsUs[i]! / 1000);
    await run();
    served[i] = nowUs() - arrivalsUs[i]!;
  }
  served[count] = nowUs();
  return served;
}

/** Waking up takes longer than it should, by less than this. */
const spinMs = 0.5;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

function waitUntil(timeMs: number): void {
  const sleepMs = timeMs - performance.now() - spinMs;
  if (sleepMs > 0) Atomics.wait(sleeper, 0, 0, sleepMs);
  while (performance.now() < timeMs);
}
