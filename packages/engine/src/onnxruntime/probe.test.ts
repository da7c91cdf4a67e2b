import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { probeOnnxRuntime } from "./probe.ts";

const folder = mkdtempSync(join(tmpdir(), "pare-probe-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("every device works or says why not", async () => {
  const { runtime, fault, devices } = await probeOnnxRuntime();
  expect(fault).toBeUndefined();
  expect(runtime?.version).toMatch(/^1\.\d+\.\d+$/);
  expect(devices.map(({ device }) => device)).toEqual(["cpu", "webgpu", "cuda", "tensorrt", "coreml", "dml"]);
  const cpu = devices[0];
  expect(cpu).toMatchObject({ works: true });
  for (const report of devices) if (!report.works) expect(report.problem).not.toMatch(/onnxruntime_src|::|\n/);
  const cuda = devices.find(({ device }) => device === "cuda");
  if (process.platform === "linux" && process.arch === "x64" && cuda?.works === false)
    expect(cuda.problem).toMatch(/the library lib[\w.+-]+ is missing|CUDA|cuda/);
  if (process.platform === "linux")
    expect(devices.filter(({ device }) => device === "coreml" || device === "dml")).toEqual([
      { device: "coreml", works: false, problem: "CoreML is part of macOS" },
      { device: "dml", works: false, problem: "DirectML is part of Windows" },
    ]);
}, 60_000);

test("a runtime that does not load is explained", async () => {
  const hostPath = join(folder, "host.mjs");
  const message = "Cannot find package 'onnxruntime-node'";
  // The process's side of the conversation, with a refusal for its greeting.
  writeFileSync(
    hostPath,
    `import { writeSync } from "node:fs";
     const header = Buffer.from(JSON.stringify({ ok: false, code: "ERR_MODULE_NOT_FOUND", message: ${JSON.stringify(message)}, sizes: [] }));
     const length = Buffer.alloc(4);
     length.writeUInt32LE(header.length);
     writeSync(3, Buffer.concat([length, header]));`,
  );
  const { runtime, fault, devices } = await probeOnnxRuntime({ hostPath });
  expect(runtime).toBeUndefined();
  expect(devices).toEqual([]);
  expect(fault).toMatchObject({ code: "ENGINE_START", problem: "onnxruntime-node is not installed", got: message });
  expect(fault?.next).toContain("ONNXRUNTIME_NODE_INSTALL=skip");
});
