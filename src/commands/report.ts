import { defineCommand } from "../terminal/command.ts";

export const report = defineCommand({
  name: "report",
  arguments: "<records...>",
  summary: "Turn records of runs into HTML, Markdown, SVG, JUnit",
  positionals: {
    records: { type: "string", array: true, describe: "record.json files, or folders of runs", demandOption: true },
  },
  options: {
    out: {
      type: "string",
      alias: "o",
      requiresArg: true,
      describe: "The file to write; its ending chooses the format [default: standard output]",
    },
    format: {
      choices: ["html", "md", "svg", "junit", "annotations"],
      requiresArg: true,
      describe: "Default: by the ending of --out, else md. annotations: commands of GitHub Actions",
    },
    strict: { type: "boolean", describe: "In junit and annotations a gate that cannot be told fails too" },
    force: { type: "boolean", alias: "f", describe: "Replace the file if it exists" },
  },
  examples: [
    ["pare report runs/*/*/record.json -o report.html", "Several runs beside each other"],
    ["pare report runs/quickstart/1f2e3d4c5b-1 --format md", "For a pull request"],
    ["pare report record.json -o junit.xml", "For CI"],
  ],
  load: async () => (await import("../report/command.ts")).reportCommand,
});
