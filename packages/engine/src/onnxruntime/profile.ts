import type { Profile, ProfiledTensor, ProfileEvent } from "@pare/pass";

/**
 * The runtime's trace as a typed profile: one event for each kernel that ran, in the order of the trace.
 *
 * A node's events are "<node>_fence_before", "<node>_kernel_time" and "<node>_fence_after" in older versions, the middle
 * one alone today; that one is taken. Types and shapes come as `[{"float":[2,3]}, {"int64":[]}]`.
 */
export function parseTrace(text: string): Profile {
  const trace = text.split("\n").flatMap((line) => eventLine(line) ?? []);
  return {
    runs: trace.filter(({ cat, name }) => cat === "Session" && name === "model_run").length,
    events: trace.filter(({ cat, name }) => cat === "Node" && name.endsWith(kernelSuffix)).map(eventOf),
  };
}

/** An event is one line, with a comma behind it. The runtime writes names as they are, quotes and backslashes too. */
function eventLine(line: string): TraceEvent | undefined {
  const parts = /^(\{.*?"name" :)"(.*)"(,"args" : \{.*\}),?$/.exec(line);
  if (parts === null) return undefined;
  const [, before, name = "", after] = parts;
  return JSON.parse(before + JSON.stringify(name) + after);
}

interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: {
    readonly op_name?: string;
    readonly provider?: string;
    readonly node_index?: string;
    readonly input_type_shape?: readonly TypeShape[];
    readonly output_type_shape?: readonly TypeShape[];
  };
}

type TypeShape = Readonly<Record<string, readonly number[]>>;

const kernelSuffix = "_kernel_time";

function eventOf({ name, dur, args }: TraceEvent): ProfileEvent {
  return {
    node: name.slice(0, -kernelSuffix.length),
    op: args.op_name ?? "",
    provider: args.provider ?? "",
    durationUs: dur,
    index: Number(args.node_index ?? -1),
    inputs: (args.input_type_shape ?? []).map(tensorOf),
    outputs: (args.output_type_shape ?? []).map(tensorOf),
  };
}

/** The trace names element types as C++ does. */
const dtypeNames: Readonly<Record<string, string>> = { float: "float32", double: "float64" };

function tensorOf(typeShape: TypeShape): ProfiledTensor {
  const [type = "", shape = []] = Object.entries(typeShape)[0] ?? [];
  return { dtype: dtypeNames[type] ?? type, shape };
}
