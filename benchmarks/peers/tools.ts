/** What is compared: each tool is a command that makes one quantized file of one float file. */
import { resolve } from "node:path";
import type { Case } from "./cases.ts";
import type { PreparedCase } from "./prepare.ts";

export interface Tool {
  readonly name: string;
  readonly isOurs: boolean;
  /** Takes minutes: it is run once. */
  readonly isRunOnce?: boolean;
  command(each: ToolRequest): readonly [program: string, ...args: string[]];
}

export interface ToolRequest extends PreparedCase {
  /** The float file at an operator set that the peers quantize. */
  readonly raised: string;
  readonly out: string;
}

const script = resolve("benchmarks/peers/quantize.py");
const peerNames = ["ort-minmax", "ort-percentile", "nncf", "nncf-simplified", "onnxsim-minmax", "onnxsim-mse"];

/** How the programs that quantize are started. */
export interface Programs {
  /** The interpreter of the peers' environment. */
  readonly python: string;
  /** The command line's script. */
  readonly pare: string;
  /** That `quantize/auto` may search; undefined: as long as it does by itself. */
  readonly maxSeconds: number | undefined;
}

export function toolsFor({ isMatMul }: Case, { python, pare, maxSeconds }: Programs): readonly Tool[] {
  const peers = [...peerNames, ...(isMatMul ? ["ort-dynamic"] : [])].map(
    (name): Tool => ({
      ...{ name, isOurs: false },
      command: ({ raised, calibration, out }) => [python, script, name, raised, calibration, out],
    }),
  );
  const limit = maxSeconds === undefined ? [] : ["--max-time", `${maxSeconds}`];
  return [...peers, ours(pare, "static", ["--calibrate", "minmax"]), { ...ours(pare, "auto", limit), isRunOnce: true }];
}

/** Every step is done: nothing comes from a cache, and nothing is measured that the pass does not need. */
function ours(pare: string, scheme: string, options: readonly string[]): Tool {
  const rest = ["--scheme", scheme, ...options, "--no-cache", "--no-measure", "--force", "--json", "--quiet"];
  return {
    ...{ name: `pare ${scheme}`, isOurs: true },
    command: ({ model, recipe, out }) => [
      process.execPath,
      pare,
      "quantize",
      model,
      "-o",
      out,
      "--data",
      recipe,
      ...rest,
    ],
  };
}

export function raiseCommand(python: string, model: string, raised: string): readonly [string, ...string[]] {
  return [python, script, "raise", model, raised];
}
