/**
 * How long `pare --help` takes beside an empty Node program: starts of both, interleaved, the medians of 20.
 *
 *   npm run bench:startup            the command built here
 *   npm run bench:startup -- <path>  another, such as the one of an installed package
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "./process.ts";

const command = process.argv[2] ?? fileURLToPath(new URL("../dist/cli.js", import.meta.url));
const rounds = 20;
const limitMs = 60;

function startMs(args: readonly string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return performance.now() - began;
}

const samples = { node: [] as number[], help: [] as number[] };
startMs(["-e", "0"]);
startMs([command, "--help"]);
for (let round = 0; round < rounds; round++) {
  samples.node.push(startMs(["-e", "0"]));
  samples.help.push(startMs([command, "--help"]));
}
const nodeMs = median(samples.node);
const helpMs = median(samples.help);
const moreMs = helpMs - nodeMs;
const round1 = (ms: number) => Math.round(ms * 10) / 10;
console.log(JSON.stringify({ nodeMs: round1(nodeMs), helpMs: round1(helpMs), moreMs: round1(moreMs), limitMs }));
if (moreMs > limitMs) process.exitCode = 1;
