import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPareError } from "@pare/error";
import { parseModel } from "@pare/ir";
import { type Tensor, tensorOf } from "@pare/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { createOnnxRuntimeEngine, type OnnxRuntimeEngine } from "./engine.ts";

/** Multiplies `trips` times: as long a run as one likes. */
const endless = parseModel(`main (int64 trips, float[64, 64] x) => (float[64, 64] y) {
  y = Loop <body = graph body (int64 i, bool c, float[64, 64] a) => (bool more, float[64, 64] b) {
    more = Identity (c)
    b = MatMul (a, a)
  }> (trips, , x)
}`);

function inputs(trips: number): Map<string, Tensor> {
  const x = tensorOf("float32", [64, 64], new Float32Array(64 * 64));
  return new Map([
    ["trips", tensorOf("int64", [], [trips])],
    ["x", x],
  ]);
}

const forever = inputs(1e15);
const briefly = inputs(2);

const scratchIn = mkdtempSync(join(tmpdir(), "pare-supervision-"));
afterAll(() => rmSync(scratchIn, { recursive: true }));

/** A process that has ended but that nobody has asked about ("Z") is not running. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => "no error",
    (error: unknown) => (isPareError(error) ? error.message : `foreign: ${error}`),
  );
}

/** After the process is gone: nothing of it is left, and the engine opens and runs again. */
async function expectRecovery(engine: OnnxRuntimeEngine, pid: number): Promise<void> {
  expect(isRunning(pid)).toBe(false);
  expect(engine.processId).toBeUndefined();
  expect(readdirSync(scratchIn)).toEqual([]);
  const session = await engine.open(endless);
  expect(engine.processId).not.toBe(pid);
  expect((await session.run(briefly)).has("y")).toBe(true);
}

describe("during a long run", () => {
  test.each(["SIGKILL", "SIGSEGV", "SIGABRT", "SIGTERM"] as const)("%s of the process is an error", async (signal) => {
    await using engine = createOnnxRuntimeEngine({ scratchIn });
    const session = await engine.open(endless);
    const pid = engine.processId!;
    const run = codeOf(session.run(forever));
    const queued = codeOf(session.run(briefly));
    await pause(100);
    process.kill(pid, signal);
    expect(await run).toMatch(
      new RegExp(
        `^ENGINE_CRASHED: ONNX Runtime's process ended by ${signal} while running the model.* Open the model again`,
      ),
    );
    expect(await queued).toMatch(/^ENGINE_LOST: the session's process is gone: ONNX Runtime's process ended by SIG/);
    await expectRecovery(engine, pid);
  });

  test("SIGINT of the process is the command's business: the run goes on", async () => {
    await using engine = createOnnxRuntimeEngine({ scratchIn });
    const session = await engine.open(endless);
    const run = session.run(inputs(20_000));
    await pause(50);
    process.kill(engine.processId!, "SIGINT");
    expect((await run).has("y")).toBe(true);
  });

  test("a time-out ends it", async () => {
    await using engine = createOnnxRuntimeEngine({ scratchIn });
    const session = await engine.open(endless, { timeoutMs: 600 });
    const pid = engine.processId!;
    const start = performance.now();
    expect(await codeOf(session.run(forever))).toMatch(/^ENGINE_TIMEOUT: running the model took more than 600 ms/);
    expect(performance.now() - start).toBeLessThan(2000);
    await expectRecovery(engine, pid);
  });

  test("an abort ends it, and what waits behind it", async () => {
    await using engine = createOnnxRuntimeEngine({ scratchIn });
    const session = await engine.open(endless);
    const pid = engine.processId!;
    const controller = new AbortController();
    const run = codeOf(session.run(forever, { signal: controller.signal }));
    await pause(100);
    const start = performance.now();
    controller.abort();
    expect(await run).toBe("ENGINE_ABORTED: running the model was stopped on request.");
    expect(performance.now() - start).toBeLessThan(1000);
    await expectRecovery(engine, pid);
  });

  test("the abort of a waiting run leaves the one under way alone", async () => {
    await using engine = createOnnxRuntimeEngine({ scratchIn });
    const session = await engine.open(endless);
    const controller = new AbortController();
    let done = false;
    const run = session.run(inputs(30_000)).then((outputs) => {
      done = true;
      return outputs;
    });
    const waiting = codeOf(session.run(briefly, { signal: controller.signal }));
    await pause(20);
    controller.abort();
    expect(await waiting).toMatch(/^ENGINE_ABORTED/);
    expect(done).toBe(false);
    expect((await run).has("y")).toBe(true);
    expect((await session.run(briefly)).has("y")).toBe(true);
  });

  test("closing the engine ends it", async () => {
    const engine = createOnnxRuntimeEngine({ scratchIn });
    const session = await engine.open(endless);
    const pid = engine.processId!;
    const run = codeOf(session.run(forever));
    await pause(50);
    await engine[Symbol.asyncDispose]();
    const lost = "ENGINE_LOST: the session's process is gone: the engine was closed. Open the model again";
    expect(await run).toContain(lost);
    expect(await codeOf(session.run(briefly))).toContain(lost);
    expect(isRunning(pid)).toBe(false);
    expect(readdirSync(scratchIn)).toEqual([]);
  });

  test("a timed block can be stopped too", async () => {
    await using engine = createOnnxRuntimeEngine({ scratchIn });
    const session = await engine.open(endless, { timeoutMs: 600 });
    const plan = { warmupRuns: 0, blocks: 1, runsPerBlock: 1, seed: 1 };
    expect(await codeOf(engine.time([{ session, inputs: forever }], plan))).toMatch(
      /^ENGINE_TIMEOUT: timing the model/,
    );
  });
});

test("a signal that was aborted before stops the opening", async () => {
  await using engine = createOnnxRuntimeEngine({ scratchIn });
  expect(await codeOf(engine.open(endless, { signal: AbortSignal.abort() }))).toMatch(
    /^ENGINE_ABORTED: opening the model/,
  );
});

test("data that cannot be read to its end is an error, not a hang", async () => {
  await using engine = createOnnxRuntimeEngine({ scratchIn });
  const session = await engine.open(parseModel("main (uint8[N] x) => (uint8[N] y) { y = Identity (x) }"));
  const source = {
    size: 200_000_000,
    read: (offset: number, length: number) => {
      if (offset > 100_000_000) throw new Error("the disk is gone");
      return new Uint8Array(length);
    },
  };
  const run = session.run(new Map([["x", { dtype: "uint8", shape: [source.size], source }]]));
  expect(await codeOf(run)).toBe("ENGINE_DATA: the data for running the model could not be read: the disk is gone.");
});

describe("a process that does not come up", () => {
  const program = (text: string) => {
    const path = join(scratchIn, `${Math.abs(text.length)}-host.mjs`);
    writeFileSync(path, text);
    return path;
  };
  const start = (text: string, startTimeoutMs = 60_000) => {
    const engine = createOnnxRuntimeEngine({ hostPath: program(text), startTimeoutMs });
    return codeOf(engine.open(endless)).finally(() => engine[Symbol.asyncDispose]());
  };

  test("ends at once: its last words are told, and stay off the terminal", async () => {
    expect(await start("console.error('no luck'); process.exit(7)")).toMatch(
      /^ENGINE_CRASHED: .* ended by exit code 7 while loading ONNX Runtime \(got last message "no luck"\)/,
    );
  });

  test("says nothing: the time limit ends it", async () => {
    expect(await start("setTimeout(() => {}, 1e6)", 500)).toMatch(
      /^ENGINE_TIMEOUT: loading ONNX Runtime took more than 500 ms/,
    );
  });

  test("talks nonsense: an error, not a crash of this process", async () => {
    // A header of 2 letters that is no JSON.
    expect(
      await start(
        "import { writeSync } from 'node:fs'; writeSync(3, Buffer.from([2, 0, 0, 0, 120, 120])); setTimeout(() => {}, 1e6)",
      ),
    ).toMatch(/^ENGINE_DATA: the result of loading ONNX Runtime could not be taken: Unexpected token/);
  });

  test("is not there", async () => {
    await using engine = createOnnxRuntimeEngine({ hostPath: join(scratchIn, "absent.mjs") });
    expect(await codeOf(engine.open(endless))).toMatch(
      /^ENGINE_CRASHED: .* exit code 1 while loading ONNX Runtime \(got last message "Error: Cannot find module/,
    );
  });
});
