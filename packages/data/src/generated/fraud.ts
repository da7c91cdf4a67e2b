/**
 * A tabular set like card payments: 16 numbers, two in a hundred are fraud, and no single column gives it away. Made
 * with + − × ÷ and square root only, as the glyphs are: the same bytes on every machine.
 */
import { makeTensor } from "@pare/tensor";
import { checkIndex, classTarget, type Dataset } from "../dataset.ts";
import { type RandomStream, randomStream } from "../random.ts";
import { type GeneratedOptions, purposes } from "./options.ts";

const version = 1;
const columns = 16;

/** Field "x": float32 [16]. Classes: legitimate, fraud. */
export function fraud({ split, length, seed }: GeneratedOptions): Dataset {
  const name = `fraud/${split}`;
  return {
    name,
    length,
    classes: ["legitimate", "fraud"],
    fields: ["x"],
    sample(index) {
      checkIndex(name, index, length);
      const { x, isFraud } = payment(randomStream(seed, purposes[split] + 16, index));
      const tensor = makeTensor("float32", [columns], new Uint8Array(x.buffer));
      return { id: `${index}`, fields: new Map([["x", tensor]]), target: classTarget(isFraud ? 1 : 0) };
    },
    digest: async () => `fraud-${version}:${split}:${seed}:${length}`,
  };
}

/** Fraud shifts two products of columns against each other; each column alone looks nearly the same. */
function payment(random: RandomStream): { readonly x: Float32Array<ArrayBuffer>; readonly isFraud: boolean } {
  const isFraud = random.uniform() < 0.02;
  const hidden = Array.from({ length: 4 }, () => normal(random));
  const shift = isFraud ? 1.2 : 0;
  const x = new Float32Array(columns);
  for (let i = 0; i < columns; i++) {
    const a = hidden[i % 4]!;
    const b = hidden[(i + 1 + (i >> 2)) % 4]!;
    x[i] =
      a * (i % 3 === 0 ? b : 1) +
      (i % 5 === 0 ? shift * (a > 0 ? 1 : -1) : i % 5 === 2 ? shift * 0.6 : 0) +
      0.5 * normal(random);
  }
  return { x, isFraud };
}

/** Twelve uniform numbers: near enough to normal, and only additions. */
function normal(random: RandomStream): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += random.uniform();
  return sum;
}
