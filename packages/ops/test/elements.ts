import { parseModel } from "@pare/ir";
import { inferTypes } from "../src/infer.ts";

/**
 * The known elements of the value `y` after these nodes: "[N, 4, ?]"; a scalar without brackets; "unknown" where nothing
 * is known. `inputs` and constants as in `oneNode`.
 */
export function elementsOf(inputs: string, constants: string, nodes: string, opset = 21): string {
  const model = parseModel(`<ir_version: 10, opset_import: ["" : ${opset}]>
    g (${inputs}) => (y) <${constants}> { ${nodes} }`);
  const inference = inferTypes(model);
  const [fault] = inference.faults;
  if (fault !== undefined) throw new Error(fault.message);
  const [y] = model.graph.outputs;
  const known = y && inference.ints(y);
  if (known === undefined) return "unknown";
  const elements = known.elements.map((element) => element ?? "?").join(", ");
  return known.shape.length === 0 ? elements : `[${elements}]`;
}
