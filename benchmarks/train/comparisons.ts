import { attr, type Value } from "@pare/ir";
import { dataGradients, fastestWeightGradient, type NodeMaker, weightGradients } from "@pare/ops";
import { type ConvCase, convCases, type ProductCase, productCases } from "./shapes.ts";

/** Shapes of inputs by name. */
export type Ports = Readonly<Record<string, readonly number[]>>;

export interface Comparison {
  readonly name: string;
  readonly ports: Ports;
  readonly ways: ReadonlyMap<string, (make: NodeMaker, inputs: Readonly<Record<string, Value>>) => Value>;
}

export const comparisons: readonly Comparison[] = [
  ...convCases.flatMap((each) => [ofWeights(each), ofData(each)]),
  ...productCases.map(ofProduct),
];

function portsOf({ shapes }: ConvCase): Ports {
  return { data: shapes.data, gradient: shapes.output, weight: shapes.weight };
}

function ofWeights(each: ConvCase): Comparison {
  const { name, shapes, window } = each;
  const isDense = window.strides.every((stride) => stride === 1);
  const chosen = fastestWeightGradient({ shapes, window });
  const fits = (form: string) =>
    window.group > 1
      ? form === "asConvolution" || form === "depthwise"
      : form !== "depthwise" && (isDense || form !== "shiftBoth");
  const ways = Object.entries(weightGradients)
    .filter(([form]) => fits(form))
    .map(([form, gradientOf]) => {
      const way = (make: NodeMaker, { data, gradient }: Readonly<Record<string, Value>>) =>
        gradientOf(make, { data: data!, gradient: gradient!, shapes, window });
      return [`${form}${gradientOf === chosen ? "*" : ""}`, way] as const;
    });
  return { name: `${name}, weights`, ports: portsOf(each), ways: new Map(ways) };
}

/** Averaged over each picture: handing out the whole takes longer than making it. */
function ofData(each: ConvCase): Comparison {
  const { name, shapes, window } = each;
  const isDense = window.strides.every((stride) => stride === 1);
  const ways = Object.entries(dataGradients)
    .filter(([form]) => isDense || form !== "byTurnedWeights")
    .map(([form, gradientOf]) => {
      const way = (make: NodeMaker, { gradient, weight }: Readonly<Record<string, Value>>) =>
        make.op("GlobalAveragePool", [gradientOf(make, { gradient: gradient!, weight: weight!, shapes, window })]);
      return [form, way] as const;
    });
  return { name: `${name}, data`, ports: portsOf(each), ways: new Map(ways) };
}

/** ∂W of [N, T, K] × [K, M]: over all rows at once, or sample by sample. */
function ofProduct({ name, batch, rows, inner, columns }: ProductCase): Comparison {
  const flat = (make: NodeMaker, value: Value | undefined, last: number) =>
    make.op("Reshape", [value, make.ints([-1, last])]);
  const turned = (make: NodeMaker, value: Value | undefined) =>
    make.op("Transpose", [value], { perm: attr.ints([0, 2, 1]) });
  return {
    name: `${name}, weights`,
    ports: { data: [batch, rows, inner], gradient: [batch, rows, columns] },
    ways: new Map([
      [
        "overRows*",
        (make, { data, gradient }) =>
          make.op("Gemm", [flat(make, data, inner), flat(make, gradient, columns)], { transA: attr.int(1) }),
      ],
      [
        "bySample",
        (make, { data, gradient }) =>
          make.op("ReduceSum", [make.op("MatMul", [turned(make, data), gradient]), make.ints([0])]),
      ],
    ]),
  };
}
