/**
 * Constant nodes become initializers of their graph. Those stay that give a graph output, that hold a sparse tensor, and
 * those in function bodies, which have no initializers.
 */
import { allGraphs, type Graph, isGraphOutput } from "@pare/ir";
import type { Scene } from "./scene.ts";
import type { Step } from "./step.ts";

export const extractConstants: Step = {
  name: "simplify/extract-constants",
  summary: "Turn Constant nodes into initializers",
  promise: "exact",
  run(scene) {
    for (const graph of allGraphs(scene.model)) if (scene.holdsConstants(graph)) extract(graph, scene);
  },
};

function extract(graph: Graph, scene: Scene): void {
  const found = [...graph.nodes].filter((node) => node.op === "onnx.Constant" && scene.tools.selects(node));
  if (found.length === 0) return;
  graph.edit(scene.label, (edit) => {
    for (const node of found) {
      const output = node.outputs[0]!;
      const tensor = scene.constant(output);
      if (tensor === undefined || isGraphOutput(output)) continue;
      const { name } = output;
      const constant = edit.constant(name, tensor, graph);
      scene.replace(edit, output, constant);
      edit.remove(node);
      edit.rename(constant, name);
      scene.changed("turned a Constant node into an initializer", name);
    }
  });
}
