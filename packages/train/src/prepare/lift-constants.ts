import { type Graph, isGraphOutput } from "@pare/ir";
import { constantOfNode } from "@pare/ops";

/** Constant nodes of a main graph become its constants, under their outputs' names; one that is a graph output stays. */
export function liftConstants(graph: Graph): void {
  graph.edit("lift constants", (edit) => {
    for (const node of [...graph.nodes]) {
      const tensor = node.op === "onnx.Constant" ? constantOfNode(node) : undefined;
      const output = node.outputs[0]!;
      if (tensor === undefined || isGraphOutput(output)) continue;
      const { name } = output;
      const constant = edit.constant(name, tensor);
      edit.replaceUses(output, constant);
      edit.remove(node);
      edit.rename(constant, name);
    }
  });
}
