import { formatBytes, formatCount } from "@pare/report";
import type { Inspection, Port } from "./inspect.ts";

/** What is in a file, as labelled lines of at most `width` columns. */
export function inspectionText(inspection: Inspection, width: number): string {
  const { file, sizeBytes, nodes, parameters, weightBytes, macs, ops, unknownOps, notes } = inspection;
  const sections: readonly (readonly [label: string, lines: readonly string[]])[] = [
    ["format", [formatText(inspection)]],
    ["inputs", inspection.inputs.map(portText)],
    ["outputs", inspection.outputs.map(portText)],
    ["weights", [`${formatCount(parameters)} parameters, ${formatBytes(weightBytes)}`]],
    ["MACs", [macs === null ? unknownMacs(unknownOps) : `${formatCount(macs)}${sampleText(inspection)}`]],
    [
      "nodes",
      [
        `${formatCount(nodes)}: ${Object.entries(ops)
          .map(([op, count]) => `${count} ${op}`)
          .join(", ")}`,
      ],
    ],
    ["unknown", unknownOps.length > 0 ? [`${unknownOps.join(", ")} (left as they are)`] : []],
    ["note", notes],
  ];
  const body = sections.flatMap(([label, lines]) =>
    lines
      .flatMap((line) => wrap(line, width - labelWidth))
      .map((line, i) => (i === 0 ? label : "").padEnd(labelWidth) + line),
  );
  return `${file} (${formatBytes(sizeBytes)})\n${body.join("\n")}\n`;
}

const labelWidth = 11;

const unknownMacs = (unknownOps: readonly string[]) =>
  unknownOps.length > 0
    ? "unknown: nothing is known of some operators"
    : "unknown: some sizes are free (fix them with pare simplify --input-shape)";

/** What multiply-accumulates are counted for. */
const sampleText = ({ inputs }: Inspection) =>
  inputs.some(({ shape }) => typeof shape?.[0] === "string") ? " for one sample" : "";

function formatText({ irVersion, opsets, producer, functions, metadata }: Inspection): string {
  const sets = Object.entries(opsets).map(([domain, version]) =>
    domain === "ai.onnx" ? `opset ${version}` : `${domain} ${version}`,
  );
  const maker = [producer.name, producer.version].filter((part) => part !== "").join(" ");
  const made = metadata["pare.version"] === undefined ? "" : `pare ${metadata["pare.version"]}`;
  const more = [maker === "" ? "" : `by ${maker}`, made, functions > 0 ? `${functions} functions` : ""];
  return [`IR ${irVersion}`, ...sets, ...more.filter((part) => part !== "")].join(", ");
}

function portText({ name, dtype, shape }: Port): string {
  const sizes = shape === null ? "" : `[${shape.map((dim) => dim ?? "?").join(", ")}]`;
  return `${name}: ${dtype ?? "unknown type"}${sizes}`;
}

/** Breaks at spaces; continuation lines are not indented here. A word longer than the width stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
