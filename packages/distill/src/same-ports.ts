import type { Model } from "@pare/ir";
import { requiredInputs } from "@pare/pass";

/** The student under the names that data and metrics know the model's one input and one output by. */
export function withPortsOf(student: Model, model: Model): Model {
  const [input, ...otherInputs] = requiredInputs(student);
  const [known, ...otherKnown] = requiredInputs(model);
  const [output, ...otherOutputs] = student.graph.outputs;
  const [result, ...otherResults] = model.graph.outputs;
  student.graph.edit("ports of the model whose place it takes", (edit) => {
    const isFree = (name: string) => student.graph.value(name) === undefined;
    if (input && known && otherInputs.length + otherKnown.length === 0 && isFree(known.name))
      edit.rename(input, known.name);
    if (output && result && otherOutputs.length + otherResults.length === 0 && isFree(result.name))
      edit.rename(output, result.name);
  });
  return student;
}
