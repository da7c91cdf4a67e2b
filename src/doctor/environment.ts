import { type DeviceReport, describeMachine, type Machine, probeOnnxRuntime, type RuntimeReport } from "@pare/engine";
import { faultText } from "@pare/error";
import { formatBytes } from "@pare/report";
import { wrap } from "../inspect/text.ts";
import { defaultCacheFolder } from "../run/cache-folder.ts";
import type { CommandRun } from "../terminal/terminal.ts";
import { toolVersion } from "../version.ts";

/** What works here. Exit code 3 where the runtime itself does not load: nothing else would work then. */
export const showEnvironment: CommandRun<object> = async (_args, terminal) => {
  const machine = describeMachine();
  terminal.progress.report("trying the devices", 0, 0);
  const runtime = await probeOnnxRuntime();
  terminal.printJson({ pare: toolVersion(), machine, runtime, cacheFolder: defaultCacheFolder() });
  const rows = [...machineRows(machine), ...runtimeRows(runtime)];
  terminal.print(rows.flatMap((row) => rowLines(row, terminal.width)).join("\n"));
  return runtime.fault === undefined ? 0 : 3;
};

type Row = readonly [label: string, text: string];

const labelWidth = 12;

function rowLines([label, text]: Row, width: number): readonly string[] {
  const lines = wrap(text, width - labelWidth);
  return lines.map((line, i) => (i === 0 ? label : "").padEnd(labelWidth) + line);
}

function machineRows(machine: Machine): readonly Row[] {
  const { cpus, memoryBytes, memoryLimitBytes, features, governor } = machine;
  const quota = cpus.quota === undefined ? "" : `, the container grants ${cpus.quota}`;
  const limit = memoryLimitBytes === undefined ? "" : `, the container grants ${formatBytes(memoryLimitBytes)}`;
  const wobbly = governor !== undefined && governor !== "performance";
  return [
    ["pare", toolVersion()],
    ["Node.js", `${machine.node}, ${machine.system}`],
    [
      "processor",
      `${machine.cpu}: ${cpus.logical} logical, ${cpus.allowed} allowed${quota}; ${cpus.threads} threads by default`,
    ],
    ["features", featuresText(features)],
    ["memory", `${formatBytes(memoryBytes)}${limit}`],
    ...(wobbly ? ([["note", `The frequency policy is "${governor}": latencies will wobble more.`]] as const) : []),
    ["cache", defaultCacheFolder()],
  ];
}

function featuresText(features: Machine["features"]): string {
  if (features === undefined) return "this system does not tell";
  const words = features.map(({ name, present, use }) => (present ? `${name} (${use})` : `no ${name}`));
  return words.join(", ");
}

function runtimeRows({ runtime, fault, devices }: RuntimeReport): readonly Row[] {
  if (fault !== undefined) return [["runtime", faultText(fault)]];
  return [["runtime", `onnxruntime-node ${runtime?.version ?? "of unknown version"}`], ...devices.map(deviceRow)];
}

function deviceRow(report: DeviceReport): Row {
  if (!report.works)
    return [report.device, `no: ${report.problem.replace(/\.$/, "")}.${report.next ? ` ${report.next}` : ""}`];
  return [
    report.device,
    `works: opened a model in ${report.openMs.toFixed(0)} ms, ran it in ${report.runMs.toFixed(1)} ms`,
  ];
}
