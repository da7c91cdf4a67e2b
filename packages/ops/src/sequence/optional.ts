/** Values that may be missing. */
import type { OpSpec } from "../spec.ts";
import { scalarType } from "../value-types.ts";

export const optionals: readonly OpSpec[] = [
  {
    op: "onnx.Optional",
    infer: ({ node, type }) => {
      const given = node.attrs.get("type");
      return [{ kind: "optional", element: type(0) ?? (given?.kind === "type" ? given.type : undefined) }];
    },
  },
  {
    op: "onnx.OptionalGetElement",
    infer: ({ type }) => {
      const given = type(0);
      return [given?.kind === "optional" ? given.element : given];
    },
  },
  { op: "onnx.OptionalHasElement", gradient: "none", infer: () => [scalarType("bool")] },
];
